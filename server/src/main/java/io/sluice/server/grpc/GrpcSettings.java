package io.sluice.server.grpc;

/**
 * Bounds of the transport; without them grpc-java has none on resets and concurrent calls.
 *
 * @param maxMessageBytes the largest request
 * @param maxConcurrentCalls calls of one connection at once, those that wait included; further ones
 *     wait in the client
 */
public record GrpcSettings(int maxMessageBytes, int maxConcurrentCalls) {
  /** 256 KiB for batches; 10 000 calls. */
  public static final GrpcSettings DEFAULT = new GrpcSettings(256 * 1024, 10_000);
}
