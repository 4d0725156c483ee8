package io.sluice.server.journal;

import java.io.IOException;

/** A journal that does not hold all that was written to it, and that was not cut by a crash. */
public final class JournalDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * Creates the exception.
   *
   * @param directory where the journal is
   * @param damage where it is damaged, and how
   */
  JournalDamagedException(String directory, Damage damage) {
    super(
        "The journal in "
            + directory
            + " is damaged: "
            + damage
            + ". Restore the directory from a backup; or move it away: then leases are lost, and"
            + " fences begin anew by the clock; or start with state.accept_damage: true, which cuts"
            + " the journal there and sets aside "
            + damage.lost()
            + " as *.damaged");
    this.file = damage.file();
    this.offset = damage.offset();
  }

  /** Returns the name of the file in which the damage begins. */
  public String file() {
    return file;
  }

  /** Returns the first byte of that file that is not as it was written. */
  public long offset() {
    return offset;
  }
}
