package io.sluice.server.inventory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads which MIG instances {@code nvidia-smi -L} lists below each card. Pure. */
final class MigList {
  private static final Pattern CARD = Pattern.compile("GPU +\\d+: .*\\(UUID: +(GPU-[^)]+)\\)");
  private static final Pattern INSTANCE =
      Pattern.compile("MIG +(\\S+) +Device +\\d+: +\\(UUID: +(MIG-[^)]+)\\)");
  private static final Pattern PROFILE =
      Pattern.compile("(?:(\\d{1,2})c\\.)?(\\d{1,2})g\\.(\\d{1,4})gb(?:\\+\\S+)?");
  private static final long BYTES_PER_GB = 1_000_000_000L;
  private static final int MIB_BITS = 20;

  private MigList() {}

  /**
   * Reads the output.
   *
   * @return the instances by the uuid of their card, in the order listed
   * @throws IOException if an instance is not understood
   */
  static Map<String, List<Instance>> parse(String output) throws IOException {
    Map<String, List<Instance>> byCard = new LinkedHashMap<>();
    List<Instance> ofCard = new ArrayList<>();
    for (String line : output.lines().map(String::strip).toList()) {
      Matcher card = CARD.matcher(line);
      if (card.matches()) {
        ofCard = new ArrayList<>();
        byCard.put(card.group(1), ofCard);
      } else if (line.startsWith("MIG ")) {
        Matcher instance = INSTANCE.matcher(line);
        if (!instance.matches() || byCard.isEmpty()) {
          throw SmiCsv.notUnderstood(line);
        }
        String profile = instance.group(1);
        ofCard.add(new Instance(instance.group(2), profile, memoryMib(profile, line)));
      }
    }
    return byCard;
  }

  /**
   * Returns the memory that a profile's name promises: {@code 2g.10gb} has 10 GB of 10^9 bytes.
   * Compute instances share the memory of their GPU instance, so {@code 1c.2g.10gb} counts for a
   * half of it.
   */
  private static long memoryMib(String profile, String line) throws IOException {
    Matcher matcher = PROFILE.matcher(profile);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) == 0) {
      throw SmiCsv.notUnderstood(line);
    }
    long wholeMib = (Long.parseLong(matcher.group(3)) * BYTES_PER_GB) >> MIB_BITS;
    long slices = Long.parseLong(matcher.group(2));
    long own = matcher.group(1) == null ? slices : Long.parseLong(matcher.group(1));
    return wholeMib * Math.min(own, slices) / slices;
  }

  /**
   * One MIG instance.
   *
   * @param uuid its stable name
   * @param profile its profile: {@code 1g.10gb}
   * @param memoryMib the memory that the profile's name promises
   */
  record Instance(String uuid, String profile, long memoryMib) {}
}
