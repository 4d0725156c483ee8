/**
 * Tasks whose calls are registered once while they are pending, and run one at a time, for each
 * task, for each arguments, or for some of the arguments.
 *
 * <p>{@link io.sluice.client.invocations.InvocationApp} defines tasks and runs what was called of
 * them; both controls are the server's, so they hold over all processes. Registration needs nothing
 * there. Running control needs a limit, which buckets by an attribute that the client makes:
 *
 * <pre>{@code
 * limits:
 *   - name: invocations
 *     match: { resource: "invocations/**", attributes: { control: one } }
 *     key: [running_key]
 *     concurrency: { max: 1 }
 * }</pre>
 *
 * <p>The server keeps no results and hands no work on: a call runs in the process that made it.
 */
@NullMarked
package io.sluice.client.invocations;

import org.jspecify.annotations.NullMarked;
