package io.sluice.server.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as 8GiB, 512MiB or 512, the last in MiB. */
final class MemoryMib implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(mib|gib|m|g)?");

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("must be a size such as 8GiB or 512MiB but was " + text);
    }
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    return unit != null && unit.startsWith("g") ? number * 1024 : number;
  }
}
