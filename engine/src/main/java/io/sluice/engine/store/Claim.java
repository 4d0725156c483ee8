package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An acquire resolved to what it charges: everything that a store needs to decide it.
 *
 * @param acquire what was asked
 * @param charges one for each bucket, in the order in which limits are checked
 * @param terms the terms of the lease that a grant makes; null = no lease
 * @param resumes the suspended lease that a grant continues, instead of making one; null = none
 * @param ahead what one asks who goes first and does not fit: it must not be delayed; else empty
 * @param queued who asks waits in this process, and it is its turn among those who do
 */
public record Claim(
    Acquire acquire,
    List<Charge> charges,
    @Nullable LeaseTerms terms,
    @Nullable LeaseId resumes,
    List<Charge> ahead,
    boolean queued) {
  /** A claim that nobody goes before, and that makes a lease of its own. */
  public Claim(Acquire acquire, List<Charge> charges, @Nullable LeaseTerms terms) {
    this(acquire, charges, terms, null, List.of(), false);
  }

  /** The same claim, to continue a suspended lease. */
  public Claim resuming(LeaseId lease) {
    return new Claim(acquire, charges, terms, lease, ahead, queued);
  }

  /** The same claim with other charges. */
  public Claim withCharges(List<Charge> newCharges) {
    return new Claim(acquire, newCharges, terms, resumes, ahead, queued);
  }

  /** The same claim, admitted only if it does not delay one with these charges. */
  public Claim notDelaying(List<Charge> first) {
    return new Claim(acquire, charges, terms, resumes, first, queued);
  }

  /** The same claim of one that waits, and whose turn it is. */
  public Claim fromQueue() {
    return new Claim(acquire, charges, terms, resumes, ahead, true);
  }
}
