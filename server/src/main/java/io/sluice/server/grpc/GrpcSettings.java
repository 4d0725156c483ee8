package io.sluice.server.grpc;

/**
 * Bounds of the transport; without them grpc-java has none on resets and concurrent calls.
 *
 * @param maxMessageBytes the largest request
 * @param maxConcurrentCalls calls of one connection at once, those that wait included; further ones
 *     wait in the client
 * @param topKeys how many of the keys that were denied most often are told, 0..32
 */
public record GrpcSettings(int maxMessageBytes, int maxConcurrentCalls, int topKeys) {
  /** 256 KiB for batches; 10 000 calls; 10 keys. */
  public static final GrpcSettings DEFAULT = new GrpcSettings(256 * 1024, 10_000, 10);
}
