package io.sluice.server.cli;

import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.LimitKind;
import io.sluice.proto.v1.Severity;
import java.util.Locale;

/** Names of enum values as people write them. */
final class Words {
  private Words() {}

  static String of(DenialReason reason) {
    return reason.name().substring("DENIAL_REASON_".length());
  }

  static String of(Severity severity) {
    return severity.name().substring("SEVERITY_".length());
  }

  static String of(LimitKind kind) {
    return kind.name().substring("LIMIT_KIND_".length()).toLowerCase(Locale.ROOT);
  }
}
