package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Demand;
import java.util.List;

/**
 * What many leases have in common.
 *
 * @param demands what they asked for
 * @param charges what is charged for each of them
 * @param terms how long they may live
 */
public record LeaseKind(List<Demand> demands, List<SavedCharge> charges, LeaseTerms terms) {}
