package io.sluice.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that variables of the environment and flags lay over the file.
 *
 * <p>{@code SLUICE_LIMITS_JOBS_CONCURRENCY_MAX=8} and {@code --set limits.jobs.concurrency.max=8}
 * mean the same key. Limits and pools are addressed by name and must be in the file.
 */
final class Overrides {
  static final String PREFIX = "SLUICE_";

  private static final Set<String> NOT_KEYS =
      Set.of("SLUICE_CONFIG", "SLUICE_HOME", "SLUICE_JAVA_OPTS", "SLUICE_TARGET");

  /** What Kubernetes sets in every pod for a service whose name begins with sluice. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*(_SERVICE_HOST|_SERVICE_PORT(_.*)?|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_.*)?)?)");

  /** Edits within which an unknown variable is taken for a misspelt one. */
  private static final int MISSPELT_EDITS = 2;

  /** The variable by which platforms tell where Redis is. */
  private static final String REDIS_URL = "REDIS_URL";

  private record Address(KeyPath path, Key<?> key) {}

  private final Problems problems;
  private final Map<String, Address> byPath = new LinkedHashMap<>();
  private final Map<String, List<Address>> byVariable = new LinkedHashMap<>();

  /** Prepares overrides of the keys of a root, whose limits are by name. */
  Overrides(Tree.Mapping root, Problems problems) {
    this.problems = problems;
    for (Key<?> key : Keys.ALL) {
      boolean addressable = !key.names().contains("[]") && !key.equals(Keys.LIMIT_NAME);
      if (addressable) {
        addAddresses(key, root);
      }
    }
  }

  /** Returns whether an input may have overrides at all. */
  static boolean any(ConfigurationInput input) {
    return !input.sets().isEmpty()
        || input.environment().keySet().stream()
            .anyMatch(name -> name.startsWith(PREFIX) || name.equals(REDIS_URL));
  }

  /** Returns the name of the variable that sets a path. */
  static String variable(KeyPath path) {
    return PREFIX + path.toString().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** Lays the variables of the environment over a root. */
  Tree.Mapping applyEnvironment(Tree.Mapping root, Map<String, String> environment) {
    Tree.Mapping changed = root;
    String redis = environment.getOrDefault(REDIS_URL, "");
    Address url = byPath.get(Keys.REDIS_URL.path());
    if (!redis.isEmpty() && url != null) {
      changed = apply(changed, url, redis, Source.environment(REDIS_URL));
    }
    for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
      String variable = entry.getKey();
      if (!variable.startsWith(PREFIX) || NOT_KEYS.contains(variable)) {
        continue;
      }
      Source source = Source.environment(Quoted.of(variable));
      List<Address> addresses = byVariable.getOrDefault(variable, List.of());
      if (addresses.size() == 1) {
        changed = apply(changed, addresses.get(0), entry.getValue(), source);
      } else if (addresses.size() > 1) {
        List<String> paths = addresses.stream().map(address -> address.path.toString()).toList();
        String text = "could mean " + String.join(" or ", paths) + "; use --set";
        problems.add(source, KeyPath.ROOT, text);
      } else {
        refuseIfMeant(variable, source);
      }
    }
    return changed;
  }

  /** Lays flags of the form {@code KEY=VALUE} over a root, the later over the earlier. */
  Tree.Mapping applyFlags(Tree.Mapping root, List<String> flags) {
    Tree.Mapping changed = root;
    for (String flag : flags) {
      Source source = Source.flag("--set");
      int equals = flag.indexOf('=');
      String path = equals < 0 ? flag : flag.substring(0, equals);
      Address address = byPath.get(path);
      KeyPath shown = KeyPath.ROOT.child(Quoted.of(path));
      if (equals < 0) {
        problems.add(source, shown, "must be KEY=VALUE");
      } else if (address == null) {
        String nearest = Spelling.nearest(path, byPath.keySet());
        String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
        problems.add(source, shown, "is not a key" + hint);
      } else {
        changed = apply(changed, address, flag.substring(equals + 1), source);
      }
    }
    return changed;
  }

  private Tree.Mapping apply(Tree.Mapping root, Address address, String text, Source source) {
    try {
      Tree value = value(address.key.type().form(), text, source);
      return root.overlaidWith(address.path.tree(value));
    } catch (InvalidValue e) {
      problems.add(source, address.path, e);
      return root;
    }
  }

  /** Lists and mappings are written as YAML, everything else as it is. */
  private Tree value(Type.Form form, String text, Source source) throws InvalidValue {
    boolean collection = text.startsWith("[") || text.startsWith("{");
    return form != Type.Form.SCALAR && collection
        ? YamlParser.parse(text, (line, column) -> source, problems)
        : new Tree.Scalar(source, text, false);
  }

  /** Refuses a variable that is meant as a key: of a section, or nearly spelt like one. */
  private void refuseIfMeant(String variable, Source source) {
    if (SERVICE_LINK.matcher(variable).matches()) {
      return;
    }
    String nearest = Spelling.nearest(variable, byVariable.keySet());
    String misspelt = Spelling.nearest(variable, byVariable.keySet(), MISSPELT_EDITS);
    if (misspelt != null || isInSection(variable)) {
      String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
      problems.add(source, KeyPath.ROOT, "is not a key" + hint);
    }
  }

  private static boolean isInSection(String variable) {
    return Keys.ALL.stream()
        .map(key -> variable(KeyPath.ROOT.child(key.names().get(0))) + "_")
        .anyMatch(variable::startsWith);
  }

  private void addAddresses(Key<?> key, Tree.Mapping root) {
    List<KeyPath> paths = List.of(KeyPath.ROOT);
    for (String name : key.names()) {
      List<KeyPath> longer = new ArrayList<>();
      for (KeyPath path : paths) {
        if (name.startsWith("<")) {
          names(root.find(path.toString())).forEach(any -> longer.add(path.child(any)));
        } else {
          longer.add(path.child(name));
        }
      }
      paths = longer;
    }
    for (KeyPath path : paths) {
      Address address = new Address(path, key);
      byPath.put(path.toString(), address);
      byVariable.computeIfAbsent(variable(path), added -> new ArrayList<>()).add(address);
    }
  }

  private static Set<String> names(@Nullable Tree tree) {
    return tree instanceof Tree.Mapping mapping ? mapping.members().keySet() : Set.of();
  }
}
