package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An acquire resolved to what it charges: everything that a store needs to decide it.
 *
 * @param acquire what was asked
 * @param charges one for each bucket, in the order in which limits are checked
 * @param terms the terms of the lease that a grant makes; null = no lease
 * @param ahead what one asks who goes first and does not fit: it must not be delayed; else empty
 */
public record Claim(
    Acquire acquire, List<Charge> charges, @Nullable LeaseTerms terms, List<Charge> ahead) {
  /** A claim that nobody goes before. */
  public Claim(Acquire acquire, List<Charge> charges, @Nullable LeaseTerms terms) {
    this(acquire, charges, terms, List.of());
  }

  /** The same claim, admitted only if it does not delay one with these charges. */
  public Claim notDelaying(List<Charge> first) {
    return new Claim(acquire, charges, terms, first);
  }

  /** The same claim with other charges. */
  public Claim withCharges(List<Charge> others) {
    return new Claim(acquire, others, terms, ahead);
  }
}
