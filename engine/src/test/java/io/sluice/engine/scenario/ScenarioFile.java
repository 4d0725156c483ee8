package io.sluice.engine.scenario;

import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.scenario.Scenario.Change;
import io.sluice.engine.scenario.Scenario.Chart;
import io.sluice.engine.scenario.Scenario.Claim;
import io.sluice.engine.scenario.Scenario.Variant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads scenarios. What a file may have is told in {@code src/test/scenarios/README.md}. */
final class ScenarioFile {
  static final Path FOLDER = Path.of("src/test/scenarios");
  static final String RESOURCE = "work";
  private static final long MAX_DURATION = Bounds.MAX_TTL_NANOS;
  private static final int MAX_POINTS = 1000;

  private final Fields file;
  private final long duration;
  private List<String> clientNames = List.of();
  private List<String> variantNames = List.of();
  private List<Double> loads = List.of();

  private ScenarioFile(Fields file) {
    this.file = file;
    this.duration = file.duration("duration");
  }

  /** Reads all files, in the order of their names. */
  static List<Scenario> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Scenario> scenarios = new ArrayList<>();
      for (Path path : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        scenarios.add(parse(path.getFileName().toString(), Files.readString(path)));
      }
      return scenarios;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads one file.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException naming file, field, value and bound
   */
  static Scenario parse(String name, String text) {
    return new ScenarioFile(Fields.parse(name, text)).scenario(name);
  }

  private Scenario scenario(String name) {
    long interval = file.duration("interval", 1_000_000_000L);
    if (duration < 1 || duration > MAX_DURATION) {
      throw file.wrong("duration", "must be in (0, 24h]");
    }
    if (interval < 1 || duration % interval != 0 || duration / interval > MAX_POINTS) {
      throw file.wrong("interval", "must divide the duration into at most " + MAX_POINTS);
    }
    List<Clients> clients = file.sections("clients", this::clients);
    clientNames =
        Stream.concat(Stream.of(Scenario.ALL), clients.stream().map(Clients::name)).toList();
    requireDistinct("clients", clientNames, 2);
    List<Variant> variants = variants();
    variantNames = variants.stream().map(Variant::name).toList();
    requireDistinct("variants", variantNames, 1);
    loads = file.has("loads") ? loads(file) : List.of(1.0);
    Scenario scenario =
        new Scenario(
            name,
            file.choice("chapter", Scenario.Chapter.class),
            file.text("title"),
            file.text("text"),
            file.count("seed", 0, Integer.MAX_VALUE, 1),
            duration,
            within("warm_up", 0),
            interval,
            file.has("capacity") ? file.perSecond("capacity", file.text("capacity")) : 0,
            clients,
            variants,
            loads,
            file.texts("table").stream().map(f -> file.choice("table", f, Figure.class)).toList(),
            file.sections("charts", this::chart),
            file.sections("claims", this::claim));
    if (scenario.claims().isEmpty()) {
      throw file.wrong("claims", "must have at least one");
    }
    file.end();
    return scenario;
  }

  private Clients clients(Fields fields) {
    String[] service = words(fields, "service");
    if (service.length != 2 || !service[0].matches("constant|exponential")) {
      throw fields.wrong("service", "must be constant or exponential and a duration");
    }
    return new Clients(
        fields.text("name"),
        fields.count("count", 1, 10_000, 1),
        arrivals(fields),
        fields.duration("service", service[1]),
        service[0].equals("exponential"),
        fields.duration("patience"),
        fields.count("priority", 0, Bounds.MAX_PRIORITY, Acquire.DEFAULT_PRIORITY),
        fields.count("permits", 1, 1_000_000, 1),
        Boolean.parseBoolean(fields.text("tells_hold", "false")),
        fields.duration("from", 0),
        fields.duration("until", duration));
  }

  private static Clients.Arrivals arrivals(Fields fields) {
    String[] words = words(fields, "arrivals");
    if (words.length == 2) {
      switch (words[0]) {
        case "poisson":
          return new Clients.Arrivals.Poisson(fields.perSecond("arrivals", words[1]));
        case "every":
          return new Clients.Arrivals.Every(Math.max(1, fields.duration("arrivals", words[1])));
        case "backlog":
          return new Clients.Arrivals.Backlog(fields.count("arrivals", words[1], 1, 100_000));
        case "burst":
          return new Clients.Arrivals.Burst(fields.count("arrivals", words[1], 1, 100_000));
        default:
      }
    }
    throw fields.wrong("arrivals", "must be poisson 8/s, every 10ms, backlog 20 or burst 500");
  }

  private List<Variant> variants() {
    Fields limit = file.section("limit");
    Fields queue = file.section("queue");
    List<Variant> variants =
        file.sections(
            "variants",
            fields ->
                variant(
                    fields.text("name"),
                    limit.with(fields.section("limit")),
                    queue.with(fields.section("queue"))));
    return variants.isEmpty() ? List.of(variant("default", limit, queue)) : variants;
  }

  private Variant variant(String name, Fields limit, Fields queue) {
    Limit whole = Limit.of(RESOURCE, RESOURCE, policy(limit)).withQueue(rules(queue));
    return new Variant(name, whole, file.sections("changes", fields -> change(fields, limit)));
  }

  private static Policy policy(Fields fields) {
    LeaseTerms terms =
        new LeaseTerms(
            fields.duration("ttl", LeaseTerms.DEFAULT.ttlNanos()),
            Bounds.MAX_TTL_NANOS,
            Long.MAX_VALUE,
            0,
            fields.duration("disconnect_grace", LeaseTerms.KEEP));
    int burst = fields.count("burst", 1, 1_000_000_000, 1);
    Policy policy =
        fields.has("permits_per_second")
            ? new Policy.Rate(
                TokenScale.of(
                    fields.count("permits_per_second", 1, 1_000_000_000), 1_000_000_000L, burst))
            : new Policy.Concurrency(fields.count("concurrency", 1, 1_000_000), terms);
    fields.end();
    return policy;
  }

  private static QueueRules rules(Fields fields) {
    Fairness fairness =
        fields.choice("fairness", Fairness.By.class, Fairness.By.CLIENT) == Fairness.By.CLIENT
            ? Fairness.BY_CLIENT
            : Fairness.NONE;
    Fields weights = fields.section("weights");
    Map<String, Integer> byClient = new TreeMap<>();
    weights.names().forEach(name -> byClient.put(name, weights.count(name, 1, 1000)));
    QueueRules rules =
        new QueueRules(
            fields.count("max", 0, 1_000_000, 100_000),
            fields.choice("mode", QueueMode.class, QueueMode.BATCH),
            fairness.withWeights(byClient),
            fields.duration("aging", QueueRules.DEFAULT.agingNanos()),
            fields.count("max_bypasses", 0, 1000, QueueRules.DEFAULT.maxBypasses()));
    fields.end();
    return rules;
  }

  private Change change(Fields fields, Fields limit) {
    long at = fields.duration("at");
    if (fields.has("limit")) {
      return new Change.NewPolicy(at, policy(limit.with(fields.section("limit"))));
    }
    if (fields.has("load")) {
      return new Change.Load(at, factor(fields, fields.text("load")));
    }
    if (fields.has("resource")) {
      boolean pauses = fields.oneOf("resource", List.of("paused", "resumed")).equals("paused");
      return pauses ? new Change.Pause(at) : new Change.Resume(at);
    }
    fields.oneOf("crash", List.of("holders"));
    return new Change.Crash(at);
  }

  private Chart chart(Fields fields) {
    boolean overLoad = fields.has("figure");
    long from = fields.duration("from", 0);
    long until = fields.duration("until", duration);
    if (from >= until || until > duration) {
      throw fields.wrong("until", "must be after from and within the duration");
    }
    return new Chart(
        fields.text("file"),
        fields.text("title"),
        overLoad ? null : fields.choice("curve", Curve.class),
        overLoad ? fields.choice("figure", Figure.class) : null,
        fields.has("clients") ? fields.texts("clients", clientNames) : List.of(Scenario.ALL),
        fields.has("variants") ? fields.texts("variants", variantNames) : variantNames,
        from,
        until);
  }

  private Claim claim(Fields fields) {
    Figure figure = fields.choice("figure", Figure.class);
    if (!fields.has("at_least") && !fields.has("at_most")) {
      throw fields.wrong("at_most", "must be there unless at_least is");
    }
    return new Claim(
        fields.text("says"),
        figure,
        fields.has("variant") ? fields.oneOf("variant", variantNames) : "",
        fields.has("loads") ? requireKnown(fields, loads(fields)) : loads,
        fields.has("clients") ? fields.oneOf("clients", clientNames) : Scenario.ALL,
        bound(fields, "at_least", figure, 0),
        bound(fields, "at_most", figure, Double.POSITIVE_INFINITY));
  }

  private static double bound(Fields fields, String key, Figure figure, double absent) {
    return fields.has(key) ? figure.unit().read(fields, key) : absent;
  }

  private List<Double> requireKnown(Fields fields, List<Double> wanted) {
    if (!loads.containsAll(wanted)) {
      throw fields.wrong("loads", "must be among " + loads);
    }
    return wanted;
  }

  private static List<Double> loads(Fields fields) {
    return fields.texts("loads").stream().map(text -> factor(fields, text)).toList();
  }

  private static double factor(Fields fields, String text) {
    double factor = fields.number(fields.has("loads") ? "loads" : "load", text);
    if (factor <= 0 || factor > 100) {
      throw fields.wrong(fields.has("loads") ? "loads" : "load", "must be in (0, 100]");
    }
    return factor;
  }

  private long within(String key, long absent) {
    long nanos = file.duration(key, absent);
    if (nanos >= duration) {
      throw file.wrong(key, "must be shorter than the duration");
    }
    return nanos;
  }

  private void requireDistinct(String key, List<String> names, int least) {
    if (names.size() < least || names.stream().distinct().count() < names.size()) {
      throw file.wrong(key, "must have names that differ, none of them " + Scenario.ALL + ",");
    }
  }

  private static String[] words(Fields fields, String key) {
    return fields.text(key).split(" +");
  }
}
