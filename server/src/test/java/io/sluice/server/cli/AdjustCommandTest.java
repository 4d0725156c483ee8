package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.server.ServerFixture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** An operator who adjusts a limit, and looks who did so before. */
class AdjustCommandTest {
  private final StringWriter output = new StringWriter();

  @Test
  void adjustsAndTellsWhoDidAndWhy() throws Exception {
    try (ServerFixture server =
        ServerFixture.start(
            """
            limits:
              - { name: api, match: { resource: api }, rate: { permits: 10 }, adaptive: governor }
              - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 } }
            """)) {
      assertThat(run(server, "adjust", "api", "0.25", "--why", "too hot", "--client", "me"))
          .isEqualTo(Exit.OK);
      assertThat(output).hasToString("api 10 -> 2.5" + System.lineSeparator());
      assertThat(run(server, "adjust", "api", "2", "--why", "better")).isEqualTo(Exit.OK);
      assertThat(run(server, "adjust", "jobs", "2", "--why", "?")).isEqualTo(Exit.USAGE);
      assertThat(run(server, "adjust", "none", "2", "--why", "?")).isEqualTo(Exit.NO);
      assertThat(run(server, "adjust", "api", "0", "--why", "?")).isEqualTo(Exit.USAGE);
      assertThat(run(server, "adjust", "api", "2")).isEqualTo(Exit.USAGE);

      assertThat(run(server, "adjustments", "--limit", "api")).isEqualTo(Exit.OK);
      assertThat(output.toString().lines().toList())
          .hasSize(3)
          .satisfies(
              lines -> {
                assertThat(lines.get(0)).matches("WHEN +LIMIT +FACTOR +FROM +TO +BY +WHY");
                assertThat(lines.get(1))
                    .matches(
                        ".*Z +api +2 +[0-9.]+ +[0-9.]+ +"
                            + System.getProperty("user.name")
                            + " +better");
                assertThat(lines.get(2)).matches(".*Z +api +0.25 +10 +2.5 +me +too hot");
              });
      assertThat(run(server, "adjustments", "--limit", "jobs")).isEqualTo(Exit.OK);
      assertThat(output.toString().lines()).hasSize(1);
    }
  }

  private int run(ServerFixture server, String... words) {
    output.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--target", server.target()));
    CommandLine line = Sluice.commandLine();
    line.setOut(new PrintWriter(output));
    line.setErr(new PrintWriter(new StringWriter()));
    return line.execute(all.toArray(String[]::new));
  }
}
