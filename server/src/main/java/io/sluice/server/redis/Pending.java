package io.sluice.server.redis;

import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import java.util.function.Consumer;

/**
 * A posting that was not answered yet.
 *
 * @param posting the posting
 * @param answer who is told
 * @param sinceNanos when it was posted
 */
record Pending(Posting posting, Consumer<Posted> answer, long sinceNanos) {}
