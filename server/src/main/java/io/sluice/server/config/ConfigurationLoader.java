package io.sluice.server.config;

import io.sluice.engine.limit.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a file, the environment and flags into a configuration: flags over the environment over the
 * chosen profile over the file over the defaults. Everything wrong is found in one go.
 */
public final class ConfigurationLoader {
  private final ConfigurationInput input;
  private final Problems problems = new Problems();
  private final Reading reading;

  private ConfigurationLoader(ConfigurationInput input) {
    this.input = input;
    this.reading = new Reading(new Placeholders(input.environment()), problems);
  }

  /**
   * Reads and checks a configuration.
   *
   * @throws ConfigurationException with everything that is wrong with it
   */
  public static Configuration load(ConfigurationInput input) throws ConfigurationException {
    return new ConfigurationLoader(input).load();
  }

  private Configuration load() throws ConfigurationException {
    Tree.Mapping root =
        Shorthand.writtenOut(NamedLimits.in(parse(), reading.placeholders(), problems));
    Profiles profiles = new Profiles(root, problems);
    profiles.check();
    Schema.ROOT.check(profiles.rest(), KeyPath.ROOT, problems);
    Configuration configuration = read(overridden(chosen(root, profiles), problems));
    problems.refuse();
    return configuration;
  }

  private Tree.Mapping parse() throws ConfigurationException {
    String name = input.fileName();
    Source start = Source.file(name, 1, 1);
    Tree tree = new Tree.Mapping(start, Map.of());
    try {
      tree = YamlParser.parse(input.text(), (line, col) -> Source.file(name, line, col), problems);
    } catch (InvalidValue e) {
      problems.add(start, KeyPath.ROOT, e);
      problems.refuse();
    }
    if (!(tree instanceof Tree.Mapping) && !tree.isNull()) {
      problems.add(tree.source(), KeyPath.ROOT, "must be a mapping, such as limits: [ … ]");
      problems.refuse();
    }
    return tree instanceof Tree.Mapping mapping ? mapping : new Tree.Mapping(start, Map.of());
  }

  /** Returns the root with the chosen profile, if any, laid over it. */
  private Tree.Mapping chosen(Tree.Mapping root, Profiles profiles) {
    // Only the key profile counts here; what else is overridden may need the profile to exist.
    Tree.Mapping overridden = overridden(profiles.rest(), new Problems());
    Tree choice = overridden.find(Keys.PROFILE.name());
    Source source = choice == null ? root.source() : choice.source();
    return new Section(reading, overridden, KeyPath.ROOT)
        .get(Keys.PROFILE)
        .map(name -> profiles.apply(name, source))
        .orElseGet(profiles::rest);
  }

  private Tree.Mapping overridden(Tree.Mapping root, Problems found) {
    Tree.Mapping changed = root;
    if (Overrides.any(input)) {
      Overrides overrides = new Overrides(root, found);
      changed = overrides.applyEnvironment(changed, input.environment());
      changed = overrides.applyFlags(changed, input.sets());
    }
    return input.profile() == null
        ? changed
        : changed.overlaidWith(
            KeyPath.ROOT
                .child(Keys.PROFILE.name())
                .tree(new Tree.Scalar(Source.flag("--profile"), input.profile(), false)));
  }

  private Configuration read(Tree.Mapping root) {
    Section section = new Section(reading, root, KeyPath.ROOT);
    ServerReader reader = new ServerReader(section);
    var server = reader.server();
    var engine = reader.engine();
    var memory = reader.memory();
    var state = reader.state();
    var statistics = reader.statistics();
    Map<String, InventorySource> devices = new DevicesReader().read(section.section("devices"));
    boolean isShared = state.redis() != null;
    List<Limit> limits = limits(section.section(NamedLimits.LIMITS), devices.keySet(), isShared);
    return new Configuration(
        server, engine, memory, state, statistics, devices, limits, reading.effective());
  }

  private List<Limit> limits(Section section, Set<String> pools, boolean isShared) {
    LimitReader reader = new LimitReader(pools, input.processors(), isShared);
    List<Limit> limits = new ArrayList<>();
    for (String name : section.names()) {
      Limit limit = reader.read(name, section.section(name));
      if (limit != null) {
        limits.add(limit);
      }
    }
    return limits;
  }
}
