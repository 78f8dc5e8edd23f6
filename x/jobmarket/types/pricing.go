package types

import (
	sdkmath "cosmossdk.io/math"

	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// BpsDown is amount * bps / 10,000, rounded down: for what is paid out of
// something. It is how escrow takes fees.
func BpsDown(amount sdkmath.Int, bps uint32) sdkmath.Int {
	return escrowtypes.PortionOf(amount, bps)
}

// BpsUp is amount * bps / 10,000, rounded up: for what is put up as a security.
func BpsUp(amount sdkmath.Int, bps uint32) sdkmath.Int {
	return amount.MulRaw(int64(bps)).AddRaw(MaxBps - 1).QuoRaw(MaxBps)
}

// Budget is what all milestones pay together, gross, in uait.
func Budget(milestones []MilestoneTerms) sdkmath.Int {
	sum := sdkmath.ZeroInt()
	for _, m := range milestones {
		sum = sum.Add(m.Amount.Amount)
	}
	return sum
}

// Largest is the amount of the largest milestone, in uait: what a dispute can be
// about at most, because each milestone is settled before the next begins.
func Largest(milestones []MilestoneTerms) sdkmath.Int {
	largest := sdkmath.ZeroInt()
	for _, m := range milestones {
		largest = sdkmath.MaxInt(largest, m.Amount.Amount)
	}
	return largest
}

// Deposit is what each side puts up for a dispute over the amount, in uait:
// panel_seats juror fees and the stake, by the tier of the amount. It is zero
// below the first tier, and never falls as the amount grows: where a tier would
// begin lower than the one before it ends, it begins at that end.
func (p Params) Deposit(amount sdkmath.Int) sdkmath.Int {
	deposit := sdkmath.ZeroInt()
	for i, tier := range p.DisputeTiers {
		if amount.LT(tier.From) {
			break
		}
		upTo := amount
		if i+1 < len(p.DisputeTiers) {
			upTo = sdkmath.MinInt(amount, p.DisputeTiers[i+1].From)
		}
		deposit = sdkmath.MaxInt(deposit, tier.deposit(upTo, p.PanelSeats))
	}
	return deposit
}

// deposit is the tier's own formula, each part rounded up.
func (t DisputeTier) deposit(amount sdkmath.Int, seats uint32) sdkmath.Int {
	fee := sdkmath.MaxInt(BpsUp(amount, t.JurorFeeBps), t.JurorFeeMin)
	if t.JurorFeeMax.IsPositive() {
		fee = sdkmath.MinInt(fee, t.JurorFeeMax)
	}
	return fee.MulRaw(int64(seats)).Add(BpsUp(amount, t.StakeBps))
}

// Terms are the rules for a job with these milestones: what governance has set,
// applied to its amounts.
func (p Params) Terms(milestones []MilestoneTerms) Terms {
	deposit := p.Deposit(Largest(milestones))
	return Terms{
		FeeBps:             p.FeeBps,
		KillFeeBps:         p.KillFeeBps,
		ReassignSeconds:    p.ReassignSeconds,
		PostingFee:         p.PostingFee.Amount,
		PerformanceBondBps: p.PerformanceBondBps,
		DisputeDeposit:     deposit,
		Reserved:           reservation(Largest(milestones), p.PerformanceBondBps, deposit),
	}
}

// reservation is what an agent puts up for a job, in uait. It covers the largest
// milestone in full: performance bond and dispute deposit, and exposure for the rest.
func reservation(largest sdkmath.Int, bondBps uint32, deposit sdkmath.Int) sdkmath.Int {
	return sdkmath.MaxInt(largest, BpsUp(largest, bondBps).Add(deposit))
}

// Funded is what the client locks: budget and dispute deposit.
func (j Job) Funded() sdkmath.Int { return Budget(j.Milestones).Add(j.Terms.DisputeDeposit) }

// KillFee is the gross pay for a milestone that is called off during work.
func (j Job) KillFee(milestone uint32) sdkmath.Int {
	return BpsDown(j.Amount(milestone), j.Terms.KillFeeBps)
}

// PerformanceBond is what silence about a milestone costs the agent, in uait. Only one
// milestone is live at a time, so it is never more than the part of the reservation
// that the largest one asks for.
func (j Job) PerformanceBond(milestone uint32) sdkmath.Int {
	return BpsUp(j.Amount(milestone), j.Terms.PerformanceBondBps)
}

// Damages is what becomes of the performance bond of a milestone after silence: the half,
// rounded down, that the client gets, and then the rest, which is burned.
func (j Job) Damages(milestone uint32) (sdkmath.Int, sdkmath.Int) {
	bond := j.PerformanceBond(milestone)
	half := bond.QuoRaw(2)
	return half, bond.Sub(half)
}

// Fee is the market fee that a release of the amount bears.
func (j Job) Fee(amount sdkmath.Int) sdkmath.Int { return BpsDown(amount, j.Terms.FeeBps) }

// Longest is how long a job can last at most, in seconds: all deliveries and
// reviews taken to their ends, and the time after a missed delivery.
func Longest(milestones []MilestoneTerms, reviewSeconds, reassignSeconds uint64) uint64 {
	sum := reassignSeconds
	for _, m := range milestones {
		sum += m.DeliverySeconds + reviewSeconds
	}
	return sum
}
