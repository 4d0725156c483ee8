package io.sluice.client;

import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of the session that is being gathered, and what of it is answered as a whole. Not
 * thread-safe.
 */
final class Batch {
  private static final int MAX_ENTRIES = 512;
  private static final int MAX_BYTES = 64 << 10;

  private final SessionRequest.Builder message = SessionRequest.newBuilder();
  private List<Releasing> releases = List.of();
  private @Nullable Renewing renewing;
  private int entries;
  private int bytes;

  /** Returns whether no more should be added. */
  boolean isFull() {
    return entries >= MAX_ENTRIES || bytes >= MAX_BYTES;
  }

  boolean isAnsweredAsAWhole() {
    return renewing != null || !releases.isEmpty();
  }

  void acquire(long number, int shape) {
    message.addCalls(number).addCallShapes(shape);
    entries++;
  }

  void acquire(SessionAcquire acquire) {
    message.addAcquires(acquire);
    entries++;
    bytes += acquire.getSerializedSize();
  }

  void shape(SessionShape shape) {
    message.addShapes(shape);
    bytes += shape.getSerializedSize();
  }

  void cancel(long number) {
    message.addCancels(number);
    entries++;
  }

  void release(Releasing release) {
    if (releases.isEmpty()) {
      releases = new ArrayList<>();
    }
    releases.add(release);
    entries++;
    bytes += release.release().getSerializedSize();
  }

  void renew(Renewing leases) {
    renewing = leases;
    entries += MAX_ENTRIES; // nothing is to hold it up
    message.setRenew(leases.request());
  }

  /** Returns the message, which acknowledges so many of the server's. */
  SessionRequest seal(long received) {
    if (!releases.isEmpty()) {
      ReleaseRequest.Builder all = ReleaseRequest.newBuilder();
      releases.forEach(release -> all.addReleases(release.release()));
      message.setRelease(all);
    }
    return message.setReceived(received).build();
  }

  /** Returns the releases, once. */
  List<Releasing> takeReleases() {
    List<Releasing> taken = releases;
    releases = List.of();
    return taken;
  }

  /** Returns the renewal, once. */
  @Nullable Renewing takeRenewing() {
    Renewing taken = renewing;
    renewing = null;
    return taken;
  }
}
