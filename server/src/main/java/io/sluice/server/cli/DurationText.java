package io.sluice.server.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads and writes durations such as 250ms, 30s, 5m or 2h. */
final class DurationText implements ITypeConverter<Duration> {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "must be a duration such as 250ms, 30s, 5m or 2h but was " + text);
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  /** Writes whole milliseconds exactly, in the largest unit that divides them: 90s, 1h. */
  static String exact(long nanos) {
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
    long[] units = {86_400_000, 3_600_000, 60_000, 1_000};
    String[] symbols = {"d", "h", "m", "s"};
    for (int i = 0; i < units.length; i++) {
      if (millis % units[i] == 0) {
        return millis / units[i] + symbols[i];
      }
    }
    return millis + "ms";
  }

  static String of(com.google.protobuf.Duration duration) {
    long millis =
        TimeUnit.SECONDS.toMillis(duration.getSeconds())
            + TimeUnit.NANOSECONDS.toMillis(duration.getNanos());
    if (millis < 10_000) {
      return String.format(Locale.ROOT, "%.3fs", millis / 1000.0);
    }
    long seconds = millis / 1000;
    if (seconds < 600) {
      return seconds + "s";
    }
    return seconds < 36_000 ? seconds / 60 + "m" : seconds / 3600 + "h";
  }

  static com.google.protobuf.Duration toWire(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
