package types_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func newBond(bonded, reserved, unbonding int64, reservations, unbondings uint32) types.Bond {
	return types.Bond{
		Bonded: number(bonded), Reserved: number(reserved), Unbonding: number(unbonding),
		Reservations: reservations, Unbondings: unbondings,
	}
}

func TestBond_Validate(t *testing.T) {
	tests := []struct {
		name  string
		bond  types.Bond
		field string
	}{
		{"empty", types.NewBond(), ""},
		{"all used", newBond(10, 6, 4, 1, 1), ""},
		{"reservations of nothing", newBond(0, 0, 0, 3, 0), ""},
		{"most withdrawals", newBond(16, 0, 16, 0, 16), ""},
		{"used more than all", newBond(10, 7, 4, 1, 1), "bond.bonded"},
		{"negative bonded", newBond(-1, 0, 0, 0, 0), "bond.bonded"},
		{"negative reserved", newBond(10, -1, 0, 1, 0), "bond.reserved"},
		{"negative unbonding", newBond(10, 0, -1, 0, 1), "bond.unbonding"},
		{"nothing there", types.Bond{}, "bond.bonded"},
		{"reserved for nobody", newBond(10, 1, 0, 0, 0), "bond.reservations"},
		{"unbonding without withdrawals", newBond(10, 0, 1, 0, 0), "bond.unbondings"},
		{"withdrawals of nothing", newBond(10, 0, 0, 0, 1), "bond.unbondings"},
		{"too many withdrawals", newBond(18, 0, 18, 0, 18), "bond.unbondings"},
		{"as many as a retired agent can have", newBond(17, 0, 17, 0, 17), ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			var want error
			if tc.field != "" {
				want = types.ErrInvalidBond
			}
			expect(t, tc.bond.Validate(), want, tc.field)
		})
	}
}

func TestBond_Limits(t *testing.T) {
	bond := newBond(100, 40, 35, 2, 3) // 25 free, 65 count
	tests := []struct {
		name string
		do   func() (types.Bond, error)
		want types.Bond
		err  error
	}{
		{"reserve all that is free", func() (types.Bond, error) { return bond.Reserve(number(25), 0) }, newBond(100, 65, 35, 3, 3), nil},
		{"reserve one more", func() (types.Bond, error) { return bond.Reserve(number(26), 0) }, bond, types.ErrInsufficientBond},
		{"reserve nothing", func() (types.Bond, error) { return bond.Reserve(number(0), 0) }, newBond(100, 40, 35, 3, 3), nil},
		{"reserve below capacity", func() (types.Bond, error) { return bond.Reserve(number(1), 3) }, newBond(100, 41, 35, 3, 3), nil},
		{"reserve at capacity", func() (types.Bond, error) { return bond.Reserve(number(1), 2) }, bond, types.ErrAtCapacity},
		{"release", func() (types.Bond, error) { return bond.Release(number(40)) }, newBond(100, 0, 35, 1, 3), nil},
		{"release too much", func() (types.Bond, error) { return bond.Release(number(41)) }, newBond(100, -1, 35, 1, 3), types.ErrInvalidBond},
		{"release without reservations", func() (types.Bond, error) { return types.NewBond().Release(number(0)) }, types.NewBond(), types.ErrInvalidBond},
		{"slash all that is reserved", func() (types.Bond, error) { return bond.Slash(number(40)) }, newBond(60, 0, 35, 2, 3), nil},
		{"slash too much", func() (types.Bond, error) { return bond.Slash(number(41)) }, newBond(59, -1, 35, 2, 3), types.ErrInvalidBond},
		{"unbond all that is free", func() (types.Bond, error) { return bond.Unbond(number(25), true) }, newBond(100, 40, 60, 2, 4), nil},
		{"unbond with another", func() (types.Bond, error) { return bond.Unbond(number(25), false) }, newBond(100, 40, 60, 2, 3), nil},
		{"unbond one more", func() (types.Bond, error) { return bond.Unbond(number(26), true) }, bond, types.ErrInsufficientBond},
		{"unbond the sixteenth", func() (types.Bond, error) { return newBond(100, 0, 15, 0, 15).Unbond(number(1), true) }, newBond(100, 0, 16, 0, 16), nil},
		{"unbond the seventeenth", func() (types.Bond, error) { return newBond(100, 0, 16, 0, 16).Unbond(number(1), true) }, newBond(100, 0, 16, 0, 16), types.ErrTooManyUnbondings},
		{"unbond with the sixteenth", func() (types.Bond, error) { return newBond(100, 0, 16, 0, 16).Unbond(number(1), false) }, newBond(100, 0, 17, 0, 16), nil},
		{"complete", func() (types.Bond, error) { return bond.Complete(number(10)) }, newBond(90, 40, 25, 2, 2), nil},
		{"complete too much", func() (types.Bond, error) { return bond.Complete(number(36)) }, newBond(64, 40, -1, 2, 2), types.ErrInvalidBond},
		{"complete without withdrawals", func() (types.Bond, error) { return types.NewBond().Complete(number(0)) }, types.NewBond(), types.ErrInvalidBond},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.do()
			if !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
			if got.String() != tc.want.String() {
				t.Errorf("expected %v, got %v", tc.want, got)
			}
		})
	}
}

// For any sequence of verbs: what comes out is valid, nothing is made or lost, and
// reserved and unbonding are the sums of what was reserved and withdrawn.
func TestBond_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.Int64Range(0, 1_000)
		bond := types.NewBond()
		var reserved, leaving []sdkmath.Int
		paidIn, left := number(0), number(0)

		pick := func(list []sdkmath.Int) int { return rapid.IntRange(0, len(list)-1).Draw(t, "which") }
		check := func() {
			if err := bond.Validate(); err != nil {
				t.Fatal(err)
			}
			if want := paidIn.Sub(left); !bond.Bonded.Equal(want) {
				t.Fatalf("bonded: expected %s, got %s", want, bond.Bonded)
			}
			if want := total(reserved); !bond.Reserved.Equal(want) || int(bond.Reservations) != len(reserved) {
				t.Fatalf("expected %s reserved for %d, got %v", want, len(reserved), bond)
			}
			if want := total(leaving); !bond.Unbonding.Equal(want) || int(bond.Unbondings) != len(leaving) {
				t.Fatalf("expected %s unbonding in %d, got %v", want, len(leaving), bond)
			}
			if got := bond.Free().Add(bond.Reserved).Add(bond.Unbonding); !got.Equal(bond.Bonded) {
				t.Fatalf("free + reserved + unbonding: expected %s, got %s", bond.Bonded, got)
			}
		}
		must := func(next types.Bond, err error) {
			if err != nil {
				t.Fatal(err)
			}
			bond = next
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { check() },
			"add": func(t *rapid.T) {
				n := number(amounts.Draw(t, "amount"))
				bond, paidIn = bond.Add(n), paidIn.Add(n)
			},
			"reserve": func(t *rapid.T) {
				n, free := number(amounts.Draw(t, "amount")), bond.Free()
				next, err := bond.Reserve(n, 0)
				if (err == nil) != n.LTE(free) {
					t.Fatalf("reserve %s of %s: %v", n, free, err)
				}
				if bond = next; err == nil {
					reserved = append(reserved, n)
				}
			},
			"release": func(t *rapid.T) {
				if len(reserved) == 0 {
					t.Skip()
				}
				i := pick(reserved)
				must(bond.Release(reserved[i]))
				reserved = append(reserved[:i], reserved[i+1:]...)
			},
			"slash": func(t *rapid.T) {
				if len(reserved) == 0 {
					t.Skip()
				}
				i := pick(reserved)
				n := number(rapid.Int64Range(0, reserved[i].Int64()).Draw(t, "slash"))
				must(bond.Slash(n))
				reserved[i], left = reserved[i].Sub(n), left.Add(n)
			},
			"unbond": func(t *rapid.T) {
				n, free := number(amounts.Draw(t, "amount")+1), bond.Free()
				next, err := bond.Unbond(n, true)
				if (err == nil) != (n.LTE(free) && len(leaving) < types.MaxUnbondings) {
					t.Fatalf("unbond %s of %s: %v", n, free, err)
				}
				if bond = next; err == nil {
					leaving = append(leaving, n)
				}
			},
			"complete": func(t *rapid.T) {
				if len(leaving) == 0 {
					t.Skip()
				}
				i := pick(leaving)
				must(bond.Complete(leaving[i]))
				left = left.Add(leaving[i])
				leaving = append(leaving[:i], leaving[i+1:]...)
			},
		})
	})
}

func total(list []sdkmath.Int) sdkmath.Int {
	sum := number(0)
	for _, n := range list {
		sum = sum.Add(n)
	}
	return sum
}
