package io.sluice.client.admin;

/**
 * Whom to send away: all that match every criterion that is not empty, of which there is at least
 * one. Immutable.
 *
 * @param resource the glob that the resource of a demand must match
 * @param limit that is charged
 * @param clientId who asked
 * @param leases also revoke those who hold, not only deny those who wait
 * @param message why, for people, 0..1024 bytes
 */
public record Purge(
    String resource, String limit, String clientId, boolean leases, String message) {

  /**
   * Those who wait for resources.
   *
   * @param glob of the resources; {@code **} = every
   * @return the purge
   */
  public static Purge ofResource(String glob) {
    return new Purge(glob, "", "", false, "");
  }

  /**
   * Those who wait for a limit.
   *
   * @param name of the limit
   * @return the purge
   */
  public static Purge ofLimit(String name) {
    return new Purge("", name, "", false, "");
  }

  /**
   * Those of a client who wait.
   *
   * @param clientId who asked
   * @return the purge
   */
  public static Purge ofClient(String clientId) {
    return new Purge("", "", clientId, false, "");
  }

  /**
   * The same, and those who hold too.
   *
   * @return a new purge
   */
  public Purge andHolders() {
    return new Purge(resource, limit, clientId, true, message);
  }

  /**
   * The same with a reason.
   *
   * @param message for people
   * @return a new purge
   */
  public Purge because(String message) {
    return new Purge(resource, limit, clientId, leases, message);
  }
}
