package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever is done to a valid file, it is accepted or refused, never a failure of another kind. */
class FuzzTest {
  private static final int MUTATIONS = 20_000;
  private static final String INTERESTING =
      "{}[]:,&*#?|-<>=!%@`'\"\\ \n\t$~0123456789.eabcxsmhdGiB\u0000\u0085\u2028\uD83D\uFEFFé";

  private static final Pattern WORD = Pattern.compile("[\\w.]+");
  private static final List<String> VALUES =
      List.of(
          ("0 -1 1 64 1023 16777216 1099511627776 9223372036854775807 99999999999999999999 1e9 .inf"
                  + " NaN 1ms 1s 999ms 36500d none cores 1TiB fake:3x1 nvidia-smi null ~ [] {}"
                  + " [a,a] *gpu true off ** \"\" \"\\n\" ${X:5} ${X chat jobs gpu prod rate")
              .split(" "));

  @Test
  void mutatedFilesAreAcceptedOrRefused() throws IOException {
    String valid = Load.resource("full.yaml");
    int refused = 0;
    for (int seed = 0; seed < MUTATIONS; seed++) {
      Random random = new Random(seed);
      String text = mutated(valid, random);
      refused += load(seed, Load.input(text)) ? 0 : 1;
    }

    assertThat(refused).isBetween(MUTATIONS / 4, MUTATIONS - MUTATIONS / 100);
  }

  @Test
  void mutatedFlagsAndVariablesAreAcceptedOrRefused() throws IOException {
    String valid = Load.resource("full.yaml");
    List<String> flags =
        List.of(
            "limits.chat.key=[tenant, model]",
            "limits.chat.match.attributes={tier: free}",
            "devices.gpu.inventory=[{uuid: a, memory_mib: 8GiB}]",
            "limits.jobs.concurrency.max=8",
            "server.listen=[::1]:7400",
            "server.drain_grace=1h30m",
            "profile=prod");
    for (int seed = 0; seed < MUTATIONS / 10; seed++) {
      Random random = new Random(seed);
      String flag = mutated(flags.get(random.nextInt(flags.size())), random);
      String variable = mutated("SLUICE_LIMITS_JOBS_CONCURRENCY_MAX", random);
      load(
          seed,
          Load.input(valid)
              .withSets(List.of(flag))
              .withEnvironment(Map.of(variable, mutated("12", random))));
    }
  }

  private static boolean load(int seed, ConfigurationInput input) {
    try {
      ConfigurationLoader.load(input);
      return true;
    } catch (ConfigurationException e) {
      assertThat(e.problems()).as("seed %d", seed).isNotEmpty();
      for (Problem problem : e.problems()) {
        assertThat(problem.toString()).as("seed %d", seed).doesNotContain("\n");
      }
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  /** Deletes, replaces, inserts and copies a few stretches, and puts values in place of words. */
  private static String mutated(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    int edits = 1 + random.nextInt(4);
    for (int i = 0; i < edits; i++) {
      int from = random.nextInt(mutated.length() + 1);
      int to = Math.min(mutated.length(), from + random.nextInt(random.nextInt(20) == 0 ? 80 : 4));
      char c = INTERESTING.charAt(random.nextInt(INTERESTING.length()));
      switch (random.nextInt(6)) {
        case 0 -> mutated.delete(from, to);
        case 1 -> mutated.replace(from, to, String.valueOf(c));
        case 2 -> mutated.insert(from, c);
        case 3 -> mutated.insert(random.nextInt(from + 1), mutated.substring(from, to));
        default -> replaceWord(mutated, from, VALUES.get(random.nextInt(VALUES.size())));
      }
    }
    return mutated.toString();
  }

  private static void replaceWord(StringBuilder text, int from, String value) {
    Matcher word = WORD.matcher(text);
    if (word.find(from)) {
      text.replace(word.start(), word.end(), value);
    }
  }
}
