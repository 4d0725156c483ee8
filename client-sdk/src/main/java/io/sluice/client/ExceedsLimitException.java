package io.sluice.client;

import io.sluice.proto.v1.Denial;

/** The ask is larger than the limit can ever give; never retry it unchanged. */
public final class ExceedsLimitException extends ConcurrencyException {
  ExceedsLimitException(Denial denial) {
    super(denial);
  }
}
