package market_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mutant is a mistake in the arithmetic of money or time: one piece of one line is
// another one.
type mutant struct {
	name string
	file string // from the root of the repository
	// old and new are expressions of the given type, or statements if it is empty.
	kind, old, new string
	// outside is true for what the job market does not use yet, so that only the
	// tests of the module itself can see it.
	outside bool
}

var mutants = []mutant{
	{
		name: "the fee is rounded up", file: "x/escrow/types/amount.go", kind: "sdkmath.Int",
		old: "amount.Mod(whole).Mul(parts).Quo(whole)", new: "amount.Mod(whole).Mul(parts).Add(whole.SubRaw(1)).Quo(whole)",
	},
	{
		name: "a payee's share is taken twice", file: "x/escrow/types/payout.go", outside: true,
		old: "p.Net = p.Net.Sub(part...)", new: "p.Net = p.Net.Sub(part...).Sub(part...)",
	},
	{
		name: "a refund bears the fee", file: "x/escrow/keeper/release.go", kind: "error",
		old: "s.keeper.deliver(ctx, payer, payer, coins)",
		new: "s.keeper.deliver(ctx, payer, payer, coins.Sub(types.Portion(coins, lock.Terms.FeeBps)...))",
	},
	{
		name: "a claim can be had twice", file: "x/escrow/keeper/claim.go", kind: "error",
		old: "k.claimables.Remove(cached, claim.Key)", new: "nil",
	},
	{
		name: "the burned part of the fees is forwarded", file: "x/escrow/keeper/abci.go", kind: "sdk.Coins",
		old: "types.Portion(fees, params.FeeBurnBps)", new: "types.Portion(fees, types.BasisPoints-params.FeeBurnBps)",
	},
	{
		name: "a slash leaves the bond as it was", file: "x/agentregistry/types/bond.go",
		old: "b.Bonded, b.Reserved = b.Bonded.Sub(amount), b.Reserved.Sub(amount)", new: "b.Reserved = b.Reserved.Sub(amount)",
	},
	{
		name: "the reserved part is free", file: "x/agentregistry/types/bond.go", kind: "sdkmath.Int",
		old: "b.Stake().Sub(b.Reserved)", new: "b.Stake()",
	},
	{
		name: "a slash is burned", file: "x/agentregistry/keeper/reservation.go", kind: "error",
		old: "k.escrow.Slash(ctx, lock, coins, to)", new: "k.escrow.Slash(ctx, lock, coins, nil)",
	},
	{
		name: "the bond stays with the old owner", file: "x/agentregistry/keeper/transfer.go", kind: "error",
		old: "k.escrow.Reassign(ctx, types.Reference(agentID), signer)", new: "nil",
	},
	{
		name: "another payout acts at once", file: "x/agentregistry/keeper/payout.go", kind: "uint64",
		old: "now + params.PayoutDelaySeconds", new: "now",
	},
	{
		name: "the last second of silence is in time", file: "x/agentregistry/keeper/timer.go", kind: "bool",
		old: "again <= now", new: "again < now",
	},
	{
		name: "the bond of a removed agent is burned", file: "x/agentregistry/keeper/remove.go", kind: "error",
		old: "k.escrow.Refund(ctx, ref, coins)", new: "k.escrow.Slash(ctx, ref, coins, nil)",
	},
	{
		name: "the bond of a retired agent stays", file: "x/agentregistry/keeper/status.go", kind: "bool",
		old: "!bond.Free().IsPositive()", new: "true || !bond.Free().IsPositive()",
	},
	{
		name: "a drained agent drains on", file: "x/agentregistry/keeper/reservation.go", kind: "error",
		old: "k.finishDraining(ctx, agentID, after)", new: "nil",
	},
	{
		name: "the kill fee is of the whole budget", file: "x/jobmarket/types/pricing.go", kind: "sdkmath.Int",
		old: "BpsDown(j.Amount(milestone), j.Terms.KillFeeBps)", new: "BpsDown(Budget(j.Milestones), j.Terms.KillFeeBps)",
	},
	{
		name: "the performance bond is rounded down", file: "x/jobmarket/types/pricing.go", kind: "sdkmath.Int",
		old: "BpsUp(j.Amount(milestone), j.Terms.PerformanceBondBps)", new: "BpsDown(j.Amount(milestone), j.Terms.PerformanceBondBps)",
	},
	{
		name: "the bond of the whole budget is reserved", file: "x/jobmarket/types/pricing.go", kind: "sdkmath.Int",
		old: "reservation(Largest(milestones), p.PerformanceBondBps, deposit)",
		new: "reservation(Budget(milestones), p.PerformanceBondBps, deposit)",
	},
	{
		name: "the client gets all of the performance bond", file: "x/jobmarket/types/pricing.go",
		old: "return half, bond.Sub(half)", new: "return bond, bond.Sub(bond)",
	},
	{
		name: "giving up costs as much as silence", file: "x/jobmarket/types/machine.go", kind: "bool",
		old: "s.Action == ActionQuit", new: "false && s.Action == ActionQuit",
	},
	{
		name: "the deposit falls where a tier begins", file: "x/jobmarket/types/pricing.go", kind: "sdkmath.Int",
		old: "sdkmath.MaxInt(deposit, tier.deposit(upTo, p.PanelSeats))", new: "tier.deposit(upTo, p.PanelSeats)",
	},
	{
		name: "silence refunds", file: "x/jobmarket/types/machine.go", kind: "MilestoneStatus",
		old: "next[from][s.Action]",
		new: "map[bool]MilestoneStatus{false: next[from][s.Action], true: MILESTONE_STATUS_REFUNDED}" +
			"[from == MILESTONE_STATUS_SUBMITTED && s.Action == ActionTimeout]",
	},
	{
		name: "a missed delivery costs nothing", file: "x/jobmarket/types/machine.go",
		old: "out.Slash, out.Burn = j.Damages(out.Milestone)",
		new: "out.Slash, out.Burn = sdkmath.ZeroInt(), sdkmath.ZeroInt()",
	},
	{
		name: "the deadline itself is in time", file: "x/jobmarket/types/machine.go", kind: "bool",
		old: "s.Now >= p.Deadline", new: "s.Now > p.Deadline",
	},
	{
		name: "the deposit is refunded twice", file: "x/jobmarket/keeper/step.go", kind: "sdkmath.Int",
		old: "ledger.Left()", new: "ledger.Left().Add(job.Terms.DisputeDeposit)",
	},
	{
		name: "nothing comes back from a cancelled job", file: "x/jobmarket/keeper/step.go", kind: "bool",
		old: "left.IsPositive()", new: "out.To != types.MILESTONE_STATUS_CANCELLED && left.IsPositive()",
	},
	{
		name: "the slash is missing from the ledger", file: "x/jobmarket/keeper/step.go",
		old: "*ledger = ledger.WithSlash(out.Slash, out.Burn)", new: "*ledger = ledger.WithSlash(sdkmath.ZeroInt(), out.Burn)",
	},
	{
		name: "a block carries out one timeout too many", file: "x/jobmarket/keeper/abci.go", kind: "bool",
		old: "len(found) == limit", new: "len(found) > limit",
	},
}

// mutantEnv names the mutant that acts in a test binary. With none all behave.
const mutantEnv = "AITBC_TEST_MUTANT"

// switched returns the source in which the mutant decides between old and new.
func (m mutant) switched() string {
	condition := "mutantActs(" + strconv.Quote(m.name) + ")"
	if m.kind == "" {
		return "if " + condition + " {\n" + m.new + "\n} else {\n" + m.old + "\n}"
	}
	return "func() " + m.kind + " {\nif " + condition + " {\nreturn " + m.new + "\n}\nreturn " + m.old + "\n}()"
}

// TestMutants shows that the tests see mistakes. It builds all of them into copies
// of the modules' files, which the compiler takes instead of the real ones, and
// then lets one after the other act in the random histories and the modules' tests.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a part of the application")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	suites := buildMutants(t, root)
	// With no mutant acting they pass.
	for _, s := range suites {
		if failed := s.run(t, ""); len(failed) > 0 {
			t.Fatalf("%s: expected no failure without a mutant, got %v", s.dir, failed)
		}
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			var caught []string
			for _, s := range suites {
				if !s.sees(m) {
					continue
				}
				failed := s.run(t, m.name)
				if s.model && (len(failed) == 0) != m.outside {
					t.Errorf("expected TestHistories to see it: %v, got %v", !m.outside, failed)
				}
				caught = append(caught, failed...)
			}
			t.Logf("%s: caught by %s", m.file, strings.Join(caught, ", "))
			if len(caught) == 0 {
				t.Errorf("expected a test to fail when in %s\n\t%s\nbecomes\n\t%s", m.file, m.old, m.new)
			}
		})
	}
}

// suite is a package's tests with all mutants in them.
type suite struct {
	binary, dir string
	model       bool
}

// sees reports whether a mutant is in the suite's module. The histories see all.
func (s suite) sees(m mutant) bool {
	return s.model || strings.HasPrefix(m.file, filepath.ToSlash(filepath.Dir(s.dir))+"/")
}

// buildMutants compiles the tests of the three modules and of this package. The
// test fails if one mutant does not compile.
func buildMutants(t *testing.T, root string) []suite {
	t.Helper()
	list, out := overlay(t, root), t.TempDir()
	dirs := []string{"tests/market"}
	for _, name := range marketModules {
		dirs = append(dirs, "x/"+name+"/types", "x/"+name+"/keeper")
	}
	suites := make([]suite, len(dirs))
	for i, dir := range dirs {
		suites[i] = suite{binary: filepath.Join(out, strings.ReplaceAll(dir, "/", "-")), dir: dir, model: i == 0}
		cmd := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay", list, "-o", suites[i].binary, "./"+dir)
		cmd.Dir = root
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("expected the mutants to compile: %v\n%s", err, text)
		}
	}
	return suites
}

// run returns the tests that fail while a mutant acts.
func (s suite) run(t *testing.T, mutant string) []string {
	t.Helper()
	// Failing tests may leave files behind, so they run in a copy of their data.
	dir := filepath.Join(t.TempDir(), s.dir)
	if err := os.CopyFS(filepath.Dir(dir), os.DirFS(filepath.Join("../..", filepath.Dir(s.dir)))); err != nil {
		t.Fatal(err)
	}
	args := []string{"-test.short", "-test.timeout=10m"}
	if s.model {
		args = append(args, "-test.run=^TestHistories$")
	}
	cmd := exec.CommandContext(t.Context(), s.binary, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), mutantEnv+"="+mutant)
	out, err := cmd.CombinedOutput()
	var failed []string
	for line := range strings.Lines(string(out)) {
		if name, found := strings.CutPrefix(line, "--- FAIL: "); found {
			name, _, _ = strings.Cut(name, " ")
			failed = append(failed, name)
		}
	}
	if (err == nil) != (len(failed) == 0) {
		t.Fatalf("%s: expected a test to fail or nothing at all, got %v:\n%s", s.dir, err, out)
	}
	return failed
}

// overlay writes the files with all mutants, and the file that tells the compiler
// of them.
func overlay(t *testing.T, root string) string {
	t.Helper()
	dir, sources := t.TempDir(), map[string]string{}
	for _, m := range mutants {
		file := filepath.Join(root, m.file)
		if sources[file] == "" {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources[file] = string(text)
		}
		if n := strings.Count(sources[file], m.old); n != 1 {
			t.Fatalf("%s: expected once: %s, got it %d times; the mutant is out of date", m.file, m.old, n)
		}
		sources[file] = strings.Replace(sources[file], m.old, m.switched(), 1)
		pkg := filepath.Dir(file)
		sources[filepath.Join(pkg, "mutant.go")] = "package " + filepath.Base(pkg) + "\n\nimport \"os\"\n\n" +
			"var mutantName = os.Getenv(\"" + mutantEnv + "\")\n\nfunc mutantActs(name string) bool { return name == mutantName }\n"
	}
	replace := map[string]string{}
	for file, text := range sources {
		replace[file] = filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(replace[file], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	content, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}
