/**
 * The gRPC edge: the services of sluice.v1 over TCP and Unix sockets, and the mapping between wire
 * and engine. No handler blocks, so they run on the event loop.
 */
@NullMarked
package io.sluice.server.grpc;

import org.jspecify.annotations.NullMarked;
