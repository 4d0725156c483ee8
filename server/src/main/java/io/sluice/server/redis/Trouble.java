package io.sluice.server.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisReadOnlyException;
import java.util.List;

/** What it means that a script was not answered. */
enum Trouble {
  /** No answer in time: it may have been done, or may be yet. */
  LATE,
  /** The connection was cut: it may have been done. */
  CUT,
  /** Redis refused it as a whole: it was not done. */
  REFUSED,
  /** It was not sent: there was no connection. */
  NOT_SENT,
  /** The server serves nobody who writes: another has to be asked. */
  READ_ONLY;

  /** What Redis says before it has done anything. */
  private static final List<String> REFUSALS =
      List.of(
          "OOM",
          "LOADING",
          "BUSY",
          "CLUSTERDOWN",
          "MASTERDOWN",
          "MISCONF",
          "MOVED",
          "ASK",
          "TRYAGAIN",
          "NOREPLICAS",
          "NOPERM",
          "NOAUTH");

  static Trouble of(Throwable error) {
    if (error instanceof Link.NotConnectedException) {
      return NOT_SENT;
    }
    if (error instanceof RedisCommandTimeoutException) {
      return LATE;
    }
    String message = String.valueOf(error.getMessage());
    if (error instanceof RedisReadOnlyException || message.contains("READONLY")) {
      return READ_ONLY;
    }
    if (error instanceof RedisCommandExecutionException) {
      return REFUSALS.stream().anyMatch(message::contains) ? REFUSED : LATE;
    }
    return message.contains("Commands are rejected") ? NOT_SENT : CUT;
  }

  /** Returns whether the postings may have been made. */
  boolean maybeDone() {
    return this == LATE || this == CUT;
  }

  /** Returns whether there is no connection to go on with. */
  boolean isCut() {
    return this == CUT || this == NOT_SENT || this == READ_ONLY;
  }
}
