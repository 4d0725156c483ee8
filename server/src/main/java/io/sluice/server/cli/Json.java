package io.sluice.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** Whether to print for programs. */
final class Json {
  @Option(names = "--json", description = "Print the reply as JSON.")
  boolean wanted;

  static void print(PrintWriter out, Message message) {
    try {
      out.println(
          JsonFormat.printer()
              .alwaysPrintFieldsWithNoPresence()
              .preservingProtoFieldNames()
              .print(message));
      out.flush();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // only an Any without its type fails, and there is none
    }
  }
}
