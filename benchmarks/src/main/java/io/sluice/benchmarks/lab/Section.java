package io.sluice.benchmarks.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a study found, as Markdown, with its plots beside it. */
public final class Section {
  private final StringBuilder markdown = new StringBuilder();
  private final Optional<Path> folder;

  /**
   * An empty section.
   *
   * @param folder where plots go; empty = they are not drawn
   */
  Section(String title, Optional<Path> folder) {
    this.folder = folder;
    markdown.append("## ").append(title).append("\n\n");
  }

  /** Begins a part of the section. */
  public Section heading(String heading) {
    markdown.append("### ").append(heading).append("\n\n");
    return this;
  }

  /** Adds a paragraph. */
  public Section text(String paragraph) {
    markdown.append(paragraph.strip()).append("\n\n");
    return this;
  }

  /** Adds a table. */
  public Section table(Table table) {
    markdown.append(table).append('\n');
    return this;
  }

  /**
   * Adds a plot.
   *
   * @param name the name of its file, without an ending
   * @param caption what it shows, for those who do not see it
   */
  public Section plot(String name, String caption, Plot plot) throws IOException {
    if (folder.isPresent()) {
      plot.write(folder.get().resolve(name + ".svg"));
      markdown.append("![").append(caption).append("](").append(name).append(".svg)\n\n");
    }
    return this;
  }

  @Override
  public String toString() {
    return markdown.toString();
  }
}
