package io.sluice.server.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/** A Lua script, and the digest by which Redis knows it once it was sent. */
final class Script {
  /** What an account is and how postings are made, without the time. */
  static final List<String> PARTS =
      List.of("common", "tokens", "windows", "held", "turns", "postings");

  static final Script POSTINGS = of(PARTS, "main");
  static final Script HEARTBEAT = of(List.of(), "heartbeat");
  static final Script LEAVE = of(List.of(), "leave");

  private final byte[] text;
  private final String digest;

  private Script(byte[] text) {
    this.text = text;
    try {
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  /** Joins parts, read from beside this class. */
  private static Script of(List<String> parts, String last) {
    return of(parts, last, Script::read);
  }

  /** Joins parts with a last one that is read elsewhere. */
  static Script of(List<String> parts, String last, UnaryOperator<String> lastReader) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(read(part)).append('\n'));
    return new Script(
        text.append(lastReader.apply(last)).toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the script itself, which must not be changed. */
  byte[] text() {
    return text;
  }

  /** Returns its SHA-1 in hexadecimal digits. */
  String digest() {
    return digest;
  }

  private static String read(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
      if (in == null) {
        throw new IllegalStateException("the script " + name + ".lua is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
