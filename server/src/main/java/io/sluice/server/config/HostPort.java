package io.sluice.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address to listen on.
 *
 * @param host an IPv4 or IPv6 address without brackets, or a host name
 * @param port the port, 0..65535; 0 = a free one
 */
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[(?<six>[0-9A-Fa-f:.]+)\\]|(?<host>[^:\\[\\]]+)):(?<port>[0-9]{1,5})");
  private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IP_4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\\.?)+");
  private static final int MAX_PORT = 65535;
  private static final String WHAT = "HOST:PORT";

  /**
   * Returns whether only this machine can reach it: 127.0.0.0/8, ::1 and {@code localhost}. Other
   * names are not looked up and count as not loopback.
   */
  public boolean isLoopback() {
    return host.equalsIgnoreCase("localhost")
        || (IP_4.matcher(host).matches() && host.startsWith("127."))
        || (host.contains(":") && isLoopback6(host));
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }

  static Type<HostPort> type() {
    return Type.scalar("address", "port 0..65535", WHAT, HostPort::parse);
  }

  static Type<Optional<HostPort>> optional() {
    return Type.scalar(
        "address",
        "port 0..65535",
        WHAT,
        text -> text.isEmpty() ? Optional.empty() : Optional.of(parse(text)));
  }

  private static HostPort parse(String text) throws InvalidValue {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      String hint = text.startsWith(":") ? "; 0.0.0.0" + text + " is every interface" : "";
      throw new InvalidValue(
          "must be HOST:PORT such as 127.0.0.1:7400 but was " + Quoted.of(text) + hint);
    }
    int port = Integer.parseInt(matcher.group("port"));
    if (port > MAX_PORT) {
      throw InvalidValue.butWas("HOST:PORT with a port in [0, 65535]", text);
    }
    String six = matcher.group("six");
    String host = six == null ? matcher.group("host") : six;
    boolean valid = six == null ? isIp4OrName(host) : isIp6(host);
    if (!valid) {
      throw InvalidValue.butWas("HOST:PORT with an IP address or a host name", text);
    }
    return new HostPort(host, port);
  }

  private static boolean isIp4OrName(String host) {
    boolean digitsOnly = host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    return digitsOnly ? IP_4.matcher(host).matches() : NAME.matcher(host).matches();
  }

  private static boolean isIp6(String host) {
    return host.contains(":") && address6(host).isPresent();
  }

  private static boolean isLoopback6(String host) {
    return address6(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  /** Reads the literal; in brackets, so that nothing is ever looked up. */
  private static Optional<InetAddress> address6(String host) {
    try {
      return Optional.of(InetAddress.getByName("[" + host + "]"));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
