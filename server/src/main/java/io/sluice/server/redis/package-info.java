/**
 * The ledger on Redis: one script makes a batch of postings, by Redis's clock, in one hash slot.
 *
 * <p>What an account is and how a posting is decided is in the Lua parts beside this package; the
 * Java carries postings there and answers back, and knows when there is no answer to be had.
 * Efficiency, not correctness: Redis may lose what it acknowledged, which shows as another
 * generation of the ledger.
 */
@NullMarked
package io.sluice.server.redis;

import org.jspecify.annotations.NullMarked;
