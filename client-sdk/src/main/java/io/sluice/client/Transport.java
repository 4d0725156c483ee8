package io.sluice.client;

import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;

/**
 * The channel to the server. Nothing here blocks but {@link #close}.
 *
 * <p>Answers are handled on the thread that reads them ({@code sluice-io}, one of the client's
 * own), so no executor that the application shares or fills stands between an answer and the
 * client.
 */
final class Transport implements AutoCloseable {
  private final ManagedChannel channel;
  private final @Nullable OwnChannel own;

  private Transport(ManagedChannel channel, @Nullable OwnChannel own) {
    this.channel = channel;
    this.own = own;
  }

  /** Connects in plain text to {@code host:port} or {@code unix:///path}; nothing is sent yet. */
  static Transport to(String target) {
    OwnChannel own = OwnChannel.to(target);
    return new Transport(own.channel(), own);
  }

  /** Uses a channel that stays its owner's to close. */
  static Transport over(ManagedChannel channel) {
    return new Transport(channel, null);
  }

  /** For calls; it stays this class's to close. */
  ManagedChannel channel() {
    return channel;
  }

  /**
   * Runs a task on the thread that writes, soon; here, if that thread is somebody else's. Dropped
   * once closed.
   */
  void execute(Runnable task) {
    if (own == null) {
      task.run();
    } else {
      own.execute(task);
    }
  }

  /**
   * Ends the pause that the channel makes between attempts to connect, up to two minutes; callers
   * pace themselves. A channel that somebody else owns keeps its pauses.
   */
  void reconnect() {
    if (own != null) {
      channel.resetConnectBackoff();
    }
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
