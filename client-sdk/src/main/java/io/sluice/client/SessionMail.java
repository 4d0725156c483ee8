package io.sluice.client;

import io.sluice.proto.v1.SessionRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session has to send: messages that are being gathered, those that were sent and may have
 * to be sent again, and those of which a part is to be answered. Not thread-safe.
 */
final class SessionMail {
  /** How many messages may be under way: the calls that come meanwhile go together. */
  private static final int WINDOW = 8;

  private final Deque<Batch> gathered = new ArrayDeque<>();
  private final Deque<Sent> unacknowledged = new ArrayDeque<>();
  private final Deque<Sent> again = new ArrayDeque<>();
  private final Map<Long, Batch> unanswered = new HashMap<>();
  private long sent;

  /** Returns the message that is being gathered. */
  Batch batch() {
    Batch last = gathered.peekLast();
    return last == null || last.isFull() ? newBatch() : last;
  }

  /** Returns another message than those before. */
  Batch newBatch() {
    Batch batch = new Batch();
    gathered.addLast(batch);
    return batch;
  }

  /**
   * Returns the next message to send; null if there is none, or too many are under way.
   *
   * @param received how many of the server's messages it acknowledges
   */
  @Nullable SessionRequest next(long received, long nowNanos) {
    Sent repeated = again.pollFirst();
    if (repeated != null) {
      return repeated.message;
    }
    if (unacknowledged.size() >= WINDOW) {
      return null;
    }
    Batch batch = gathered.pollFirst();
    if (batch == null) {
      return null;
    }
    Sent next = new Sent(++sent, batch.seal(received), nowNanos);
    unacknowledged.addLast(next);
    if (batch.isAnsweredAsAWhole()) {
      unanswered.put(next.number, batch);
    }
    return next.message;
  }

  /** Forgets what the server has. */
  void acknowledge(long number) {
    while (!unacknowledged.isEmpty() && unacknowledged.peekFirst().number <= number) {
      unacknowledged.removeFirst();
    }
  }

  /** Has everything sent again that the server does not have. */
  void sendAgain() {
    again.clear();
    again.addAll(unacknowledged);
  }

  /** Forgets everything: the server counts from the beginning. */
  void clear() {
    gathered.clear();
    unacknowledged.clear();
    again.clear();
    unanswered.clear();
    sent = 0;
  }

  /** Returns the message whose part is answered; null if it was before. */
  @Nullable Batch answered(long number) {
    return unanswered.get(number);
  }

  /** Notes that everything of a message is answered that is answered as a whole. */
  void close(long number) {
    unanswered.remove(number);
  }

  /** Returns since when the server has not acknowledged something; the argument if it has all. */
  long silentSinceNanos(long nowNanos) {
    Sent oldest = unacknowledged.peekFirst();
    return oldest == null ? nowNanos : oldest.sentNanos;
  }

  private record Sent(long number, SessionRequest message, long sentNanos) {}
}
