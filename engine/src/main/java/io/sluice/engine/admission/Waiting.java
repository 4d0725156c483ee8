package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import java.util.List;

/**
 * An acquire that waits, at one moment.
 *
 * @param acquire what it asks for
 * @param sequence its place in the order of arrival, over all queues
 * @param waitedNanos for how long it has waited
 * @param remainingNanos for how long it goes on waiting at most
 * @param position its place in the queue that it is furthest back in, from 1, as long as nobody
 *     comes or gives up; 0 = it stands in none: what it asks for is paused, or nothing limits it
 *     any more
 * @param expectedWaitNanos when its turn comes, if places turn over as they did lately; {@link
 *     Long#MAX_VALUE} = never
 * @param limits the limits that it waits for
 */
public record Waiting(
    Acquire acquire,
    long sequence,
    long waitedNanos,
    long remainingNanos,
    int position,
    long expectedWaitNanos,
    List<String> limits) {}
