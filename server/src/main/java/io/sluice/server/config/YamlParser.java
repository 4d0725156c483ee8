package io.sluice.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Parses one YAML 1.2 document to a tree.
 *
 * <p>Built on the events of the parser, so that size and depth are bounded before anything is
 * built: a text has at most {@value #MAX_CHARACTERS} characters, those behind an alias counted each
 * time, and {@value #MAX_DEPTH} levels. Keys are texts and stand once. There are no tags and no
 * merge keys.
 */
final class YamlParser {
  static final int MAX_CHARACTERS = 1 << 20;
  static final int MAX_DEPTH = 32;

  private record Anchored(Tree tree, int weight) {}

  private final Origin origin;
  private final Problems problems;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();

  /** The values so far and the characters in them. */
  private int weight;

  /** Tells the source of a place in the text. */
  interface Origin {
    Source at(int line, int column);
  }

  private YamlParser(Origin origin, Problems problems) {
    this.origin = origin;
    this.problems = problems;
  }

  /**
   * Parses a text. An empty one is an empty scalar. Keys that stand twice are added to the
   * problems.
   *
   * @throws InvalidValue if it is not YAML, or exceeds a bound
   */
  static Tree parse(String text, Origin origin, Problems problems) throws InvalidValue {
    return new YamlParser(origin, problems).document(text);
  }

  private Tree document(String text) throws InvalidValue {
    if (text.length() > MAX_CHARACTERS) {
      throw new InvalidValue(
          origin.at(1, 1),
          "must have at most " + MAX_CHARACTERS + " characters but had " + text.length());
    }
    try {
      LoadSettings settings = LoadSettings.builder().build();
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      events.next();
      if (events.next().getEventId() == Event.ID.StreamEnd) {
        return new Tree.Scalar(origin.at(1, 1), "", true);
      }
      Tree tree = value(events.next(), events, KeyPath.ROOT);
      events.next();
      Event end = events.next();
      if (end.getEventId() != Event.ID.StreamEnd) {
        throw new InvalidValue(source(end), "must be one document but another begins here");
      }
      return tree;
    } catch (MarkedYamlEngineException e) {
      String problem = e.getProblem() == null ? "is not YAML" : e.getProblem();
      String context = e.getContext() == null ? "" : " " + e.getContext();
      String hint = placeholderHint(text, e.getProblemMark());
      throw new InvalidValue(source(e.getProblemMark()), oneLine(problem + context) + hint);
    } catch (ReaderException e) {
      throw new InvalidValue(
          sourceOf(text, e.getPosition()),
          String.format("must not contain the character U+%04X", e.getCodePoint()));
    } catch (YamlEngineException e) {
      throw new InvalidValue(origin.at(1, 1), oneLine("is not YAML: " + e.getMessage()));
    }
  }

  private Tree value(Event event, Iterator<Event> events, KeyPath path) throws InvalidValue {
    if (event instanceof AliasEvent alias) {
      return aliased(alias);
    }
    int before = weight;
    weigh(1, event);
    if (path.names().size() > MAX_DEPTH) {
      throw new InvalidValue(source(event), "must have at most " + MAX_DEPTH + " levels");
    }
    Tree tree =
        switch (event.getEventId()) {
          case Scalar -> scalar((ScalarEvent) event);
          case SequenceStart -> sequence((CollectionStartEvent) event, events, path);
          case MappingStart -> mapping((CollectionStartEvent) event, events, path);
          default -> throw new InvalidValue(source(event), "must be a value");
        };
    ((NodeEvent) event)
        .getAnchor()
        .ifPresent(anchor -> anchors.put(anchor, new Anchored(tree, weight - before)));
    return tree;
  }

  private Tree.Scalar scalar(ScalarEvent event) throws InvalidValue {
    refuseTag(event.getTag(), event);
    weigh(event.getValue().length(), event);
    return new Tree.Scalar(source(event), event.getValue(), event.isPlain());
  }

  private Tree.Sequence sequence(CollectionStartEvent start, Iterator<Event> events, KeyPath path)
      throws InvalidValue {
    refuseTag(start.getTag(), start);
    List<Tree> items = new ArrayList<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      items.add(value(event, events, path.item(items.size())));
      event = events.next();
    }
    return new Tree.Sequence(source(start), items);
  }

  private Tree.Mapping mapping(CollectionStartEvent start, Iterator<Event> events, KeyPath path)
      throws InvalidValue {
    refuseTag(start.getTag(), start);
    Map<String, Tree.Member> members = new LinkedHashMap<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      if (!(event instanceof ScalarEvent key)) {
        throw new InvalidValue(source(event), "must have a text as key");
      }
      Source keySource = scalar(key).source();
      KeyPath keyPath = path.child(Quoted.of(key.getValue()));
      Tree value = value(events.next(), events, keyPath);
      Tree.Member first = members.putIfAbsent(key.getValue(), new Tree.Member(keySource, value));
      if (first != null) {
        String text = "stands here again, first at " + first.keySource().location();
        problems.add(keySource, keyPath, text);
      }
      event = events.next();
    }
    return new Tree.Mapping(source(start), members);
  }

  private Tree aliased(AliasEvent alias) throws InvalidValue {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw new InvalidValue(
          source(alias), "refers to " + alias.getAlias() + ", which does not stand before it");
    }
    weigh(anchored.weight, alias);
    return anchored.tree;
  }

  private void weigh(int more, Event event) throws InvalidValue {
    weight += more;
    if (weight > MAX_CHARACTERS) {
      throw new InvalidValue(
          source(event),
          "must have at most "
              + MAX_CHARACTERS
              + " characters, those behind an alias counted each time");
    }
  }

  private void refuseTag(Optional<String> tag, Event event) throws InvalidValue {
    if (tag.isPresent()) {
      throw new InvalidValue(source(event), "must not have a tag but has " + Quoted.of(tag.get()));
    }
  }

  private Source source(Event event) {
    return source(event.getStartMark());
  }

  private Source source(Optional<Mark> mark) {
    return origin.at(
        mark.map(Mark::getLine).orElse(0) + 1, mark.map(Mark::getColumn).orElse(0) + 1);
  }

  private Source sourceOf(String text, int position) {
    String before = text.substring(0, Math.min(text.length(), position));
    int line = (int) before.chars().filter(c -> c == '\n').count();
    return origin.at(line + 1, before.length() - before.lastIndexOf('\n'));
  }

  private static String placeholderHint(String text, Optional<Mark> mark) {
    boolean placeholder =
        mark.isPresent()
            && text.lines().skip(mark.get().getLine()).findFirst().orElse("").contains("${");
    return placeholder ? "; between { } or [ ] a placeholder needs quotes: \"${NAME}\"" : "";
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
