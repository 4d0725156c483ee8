package io.sluice.server.inventory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code nvidia-smi --query-gpu} prints. Pure.
 *
 * <p>A card that says of its memory that it is in an error is left out, as if it were not there:
 * work on it would fail. A value that the card does not support is unknown. Any other text is
 * refused as a whole, so that a half-understood output never makes devices disappear.
 */
final class SmiCsv {
  /** What a number is that was not told. */
  static final int UNKNOWN = -1;

  /** The fields to query, in the order in which they are read. */
  static final String FIELDS = "uuid,index,name,memory.total,memory.used,utilization.gpu";

  /** The further field to query of drivers that know it. */
  static final String MIG_FIELD = "mig.mode.current";

  private static final int FIELDS_BEFORE_NAME = 2;
  private static final int FIELDS_AFTER_NAME = 3;
  private static final int FAULTY = -2;
  private static final Pattern NUMBER = Pattern.compile("([0-9]{1,9})(?: *(?:MiB|%))?");
  private static final Set<String> UNSUPPORTED =
      Set.of("N/A", "NOT SUPPORTED", "NOT FOUND", "INSUFFICIENT PERMISSIONS");
  private static final Set<String> ERRORS =
      Set.of("ERR!", "UNKNOWN ERROR", "GPU IS LOST", "GPU REQUIRES RESET");

  private SmiCsv() {}

  /**
   * Reads the output.
   *
   * @param withMig {@link #MIG_FIELD} was queried, too
   * @throws IOException if there is none, or a line is not understood
   */
  static List<SmiGpu> parse(String output, boolean withMig) throws IOException {
    List<SmiGpu> gpus = new ArrayList<>();
    if (output.isBlank()) {
      throw new IOException("nvidia-smi printed nothing");
    }
    for (String line : output.lines().map(String::strip).toList()) {
      if (!isRemark(line)) {
        SmiGpu gpu = gpu(line, withMig);
        if (gpu != null) {
          gpus.add(gpu);
        }
      }
    }
    return gpus;
  }

  /** Returns whether a line tells of no card, or of one that cannot even be asked. */
  private static boolean isRemark(String line) {
    return line.isEmpty()
        || line.startsWith("WARNING:")
        || line.startsWith("Unable to determine the device handle")
        || line.equals("No devices were found");
  }

  private static @Nullable SmiGpu gpu(String line, boolean withMig) throws IOException {
    List<String> fields = List.of(line.split(",", -1)).stream().map(String::strip).toList();
    int afterName = FIELDS_AFTER_NAME + (withMig ? 1 : 0);
    int nameEnd = fields.size() - afterName;
    if (nameEnd <= FIELDS_BEFORE_NAME) {
      throw notUnderstood(line);
    }
    String uuid = fields.get(0);
    long totalMib = number(fields.get(nameEnd), line);
    if (totalMib == FAULTY || ERRORS.contains(word(uuid))) {
      return null;
    }
    long index = number(fields.get(1), line);
    if (!uuid.startsWith("GPU-") || index < 0) {
      throw notUnderstood(line);
    }
    return new SmiGpu(
        uuid,
        (int) index,
        String.join(", ", fields.subList(FIELDS_BEFORE_NAME, nameEnd)),
        totalMib,
        Math.max(UNKNOWN, number(fields.get(nameEnd + 1), line)),
        (int) Math.max(UNKNOWN, number(fields.get(nameEnd + 2), line)),
        withMig && fields.get(nameEnd + FIELDS_AFTER_NAME).equals("Enabled"));
  }

  private static long number(String field, String line) throws IOException {
    Matcher matcher = NUMBER.matcher(field);
    if (matcher.matches()) {
      return Long.parseLong(matcher.group(1));
    }
    if (UNSUPPORTED.contains(word(field))) {
      return UNKNOWN;
    }
    if (ERRORS.contains(word(field))) {
      return FAULTY;
    }
    throw notUnderstood(line);
  }

  /** Returns a word without its brackets, which not every version prints. */
  private static String word(String field) {
    boolean bracketed = field.startsWith("[") && field.endsWith("]");
    return (bracketed ? field.substring(1, field.length() - 1) : field).toUpperCase(Locale.ROOT);
  }

  static IOException notUnderstood(String line) {
    return new IOException("nvidia-smi printed what is not understood: " + line);
  }
}
