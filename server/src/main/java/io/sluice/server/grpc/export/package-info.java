/**
 * Statistics as other programs read them, made of the message that GetStats answers with, so that
 * no number can differ from it. Takes no snapshots.
 */
@NullMarked
package io.sluice.server.grpc.export;

import org.jspecify.annotations.NullMarked;
