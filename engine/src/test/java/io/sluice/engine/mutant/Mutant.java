package io.sluice.engine.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One mistake: pieces of one source file, each there exactly once, and what stands there instead.
 *
 * @param name the name of its file, which begins with its number
 * @param what the mistake in a sentence
 * @param file the source, below the package of the engine
 * @param edits the pieces
 */
record Mutant(String name, String what, String file, List<Edit> edits) {
  private static final Path MUTANTS = Path.of("src/test/mutants");
  private static final Path SOURCES = Path.of("src/main/java/io/sluice/engine");

  /** Reads all mutants, in the order of their names. */
  static List<Mutant> all() {
    try (Stream<Path> files = Files.list(MUTANTS)) {
      return files.sorted().map(Mutant::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Mutant read(Path file) {
    try {
      String[] parts = Files.readString(file).split("(?m)^---- (?:find|replace)\n", -1);
      String[] head = parts[0].split("\n");
      List<Edit> edits = new ArrayList<>();
      for (int i = 1; i < parts.length; i += 2) {
        edits.add(new Edit(parts[i], parts[i + 1]));
      }
      String name = file.getFileName().toString().replace(".mutant", "");
      return new Mutant(name, value(head[0], "what"), value(head[1], "file"), edits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String value(String line, String key) {
    if (!line.startsWith(key + ": ")) {
      throw new IllegalArgumentException("must begin with '" + key + ": ' but was: " + line);
    }
    return line.substring(key.length() + 2);
  }

  /** Returns the number that the list of mistakes gives it. */
  String number() {
    return name.substring(0, name.indexOf('-'));
  }

  Path source() {
    return SOURCES.resolve(file);
  }

  /**
   * Returns the source with the mistake in it.
   *
   * @throws IllegalStateException if a piece is not there exactly once
   */
  String mutated() {
    try {
      String text = Files.readString(source());
      for (Edit edit : edits) {
        int at = text.indexOf(edit.find);
        if (at < 0 || text.indexOf(edit.find, at + 1) >= 0) {
          throw new IllegalStateException(
              name + ": this must be in " + file + " exactly once:\n" + edit.find);
        }
        text = text.substring(0, at) + edit.replace + text.substring(at + edit.find.length());
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A piece of a source, and what stands there instead; both whole lines. */
  record Edit(String find, String replace) {}
}
