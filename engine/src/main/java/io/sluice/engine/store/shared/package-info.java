/**
 * The store that several processes share: leases live with the process that granted them, what is
 * left of each bucket lives in a {@link io.sluice.engine.store.shared.Ledger} that all of them use.
 */
@NullMarked
package io.sluice.engine.store.shared;

import org.jspecify.annotations.NullMarked;
