package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;

/**
 * A glob over resource names: {@code *} stands for any characters within a segment, a segment
 * {@code **} for any number of segments, none included. Everything else stands for itself.
 *
 * <p>{@code openai/*} matches {@code openai/chat}, not {@code openai/chat/gpt}; {@code openai/**}
 * matches both, and {@code openai}. Matching takes time O(pattern · name) at most: both levels use
 * the greedy algorithm that needs to go back to the last star only.
 */
public final class ResourcePattern {
  private static final String ANY_SEGMENTS = "**";

  private final String text;
  private final List<String> segments;
  private final boolean literal;

  private ResourcePattern(String text) {
    this.text = text;
    this.segments = split(text);
    this.literal = text.indexOf('*') < 0;
  }

  /**
   * Reads a pattern.
   *
   * @throws InvalidArgumentException if it is not a text of 1..256 bytes, or has {@code **} within
   *     a segment
   */
  public static ResourcePattern parse(String text) {
    return parse("match.resource", text);
  }

  /** Reads a pattern, as {@link #parse(String)} does, that users write in another field. */
  public static ResourcePattern parse(String field, String text) {
    Bounds.requireText(field, text, 1, Bounds.MAX_RESOURCE_BYTES);
    ResourcePattern pattern = new ResourcePattern(text);
    for (String segment : pattern.segments) {
      if (segment.contains(ANY_SEGMENTS) && !segment.equals(ANY_SEGMENTS)) {
        throw new InvalidArgumentException(
            field, "must have ** only as a whole segment but was " + text);
      }
    }
    return pattern;
  }

  /** Returns whether a resource name matches. */
  public boolean matches(String resource) {
    if (literal) {
      return text.equals(resource);
    }
    List<String> names = split(resource);
    int pattern = 0;
    int name = 0;
    int lastStar = -1;
    int resumeAt = 0;
    while (name < names.size()) {
      if (pattern < segments.size() && segments.get(pattern).equals(ANY_SEGMENTS)) {
        lastStar = pattern++;
        resumeAt = name;
      } else if (pattern < segments.size()
          && segmentMatches(segments.get(pattern), names.get(name))) {
        pattern++;
        name++;
      } else if (lastStar >= 0) {
        pattern = lastStar + 1;
        name = ++resumeAt;
      } else {
        return false;
      }
    }
    while (pattern < segments.size() && segments.get(pattern).equals(ANY_SEGMENTS)) {
      pattern++;
    }
    return pattern == segments.size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ResourcePattern that && that.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static boolean segmentMatches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int lastStar = -1;
    int resumeAt = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        lastStar = p++;
        resumeAt = n;
      } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (lastStar >= 0) {
        p = lastStar + 1;
        n = ++resumeAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', from)) {
      parts.add(text.substring(from, slash));
      from = slash + 1;
    }
    parts.add(text.substring(from));
    return parts;
  }
}
