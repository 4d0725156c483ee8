/**
 * Keeps records in the order in which they were appended, on disk, so that a restart finds each of
 * them that was called durable. Here live files, bytes and the thread that writes them; what a
 * record means does not.
 */
@NullMarked
package io.sluice.server.journal;

import org.jspecify.annotations.NullMarked;
