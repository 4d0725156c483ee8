package io.sluice.client;

import io.sluice.proto.v1.Denial;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The server denied an acquire. Subclasses are the denials that a caller handles apart; every other
 * is this class itself, told apart by {@link #reason()}.
 *
 * <p>A server that cannot be reached is not a denial: {@link SluiceUnavailableException}.
 */
public class ConcurrencyException extends RuntimeException {
  private final DenialReason reason;
  private final Denial denial;

  ConcurrencyException(Denial denial) {
    this(Messages.reason(denial.getReason()), denial);
  }

  ConcurrencyException(DenialReason reason, Denial denial) {
    super(text(reason, denial));
    this.reason = reason;
    this.denial = denial;
  }

  /** Another exception's denial, told with another text. */
  ConcurrencyException(String text, ConcurrencyException cause) {
    super(text + ": " + cause.getMessage(), cause);
    this.reason = cause.reason;
    this.denial = cause.denial;
  }

  /**
   * Why, the first reason.
   *
   * @return the reason
   */
  public DenialReason reason() {
    return reason;
  }

  /**
   * The limit that refused.
   *
   * @return its name; empty where no single limit did
   */
  public String limit() {
    return denial.getLimit();
  }

  /**
   * The resource that it refused.
   *
   * @return its name
   */
  public String resource() {
    return denial.getResource();
  }

  /**
   * When to ask again.
   *
   * @return 50 ms..60 s; empty = asking again does not help, or nobody can tell
   */
  public Optional<Duration> retryAfter() {
    return denial.hasRetryAfter()
        ? Optional.of(Messages.duration(denial.getRetryAfter()))
        : Optional.empty();
  }

  /**
   * Every limit that stands in the way.
   *
   * @return at most 64, in the order they were checked
   */
  public List<Blocker> blockers() {
    return denial.getBlockersList().stream().map(Messages::blocker).toList();
  }

  /**
   * With {@link DenialReason#DUPLICATE}: what the request id, or the name of the work, led to
   * before.
   *
   * @return empty with any other reason
   */
  public Optional<ExistingRequest> existing() {
    return denial.hasExisting()
        ? Optional.of(Messages.existing(denial.getExisting()))
        : Optional.empty();
  }

  private static String text(DenialReason reason, Denial denial) {
    StringBuilder text = new StringBuilder().append(reason);
    if (!denial.getLimit().isEmpty()) {
      text.append(" by limit ").append(denial.getLimit());
    }
    text.append(" for ").append(denial.getResource());
    if (!denial.getMessage().isEmpty()) {
      text.append(": ").append(denial.getMessage());
    }
    return text.toString();
  }
}
