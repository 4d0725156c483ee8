package io.sluice.server.grpc.export;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.sluice.proto.v1.Alert;
import io.sluice.proto.v1.DeniedKey;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.ThresholdStats;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One value of a snapshot.
 *
 * @param scope what it is of: {@code limit}, {@code resource}, {@code process}, {@code denied_key}
 *     or {@code alert}
 * @param subject which of them
 * @param figure the fields on the way to it, joined by _; durations end in {@code _seconds}
 * @param detailName what the detail is: {@code reason}, {@code outcome}, {@code percent}, {@code
 *     key}; empty = there is none
 * @param detail which of several values of the figure
 * @param value a number, a duration, a truth value or a text
 */
record Row(
    String scope, String subject, String figure, String detailName, String detail, Object value) {
  /** Returns all values of a snapshot, in the order of its fields. */
  static List<Row> of(StatsSnapshot snapshot) {
    List<Row> rows = new ArrayList<>();
    for (LimitStats limit : snapshot.getLimitsList()) {
      add(rows, new Row("limit", limit.getLimit(), "", "", "", ""), limit, "limit");
    }
    for (ResourceStats resource : snapshot.getResourcesList()) {
      add(rows, new Row("resource", resource.getResource(), "", "", "", ""), resource, "resource");
    }
    Row process = new Row("process", "", "", "", "", "");
    add(rows, process, snapshot.getProcess(), "");
    rows.add(process.figure("taken_at").value(snapshot.getTakenAt()));
    for (DeniedKey key : snapshot.getTopDeniedList()) {
      String values = String.join("/", key.getKeyList().stream().map(Row::escaped).toList());
      add(rows, new Row("denied_key", key.getLimit(), "", "key", values, ""), key, "limit");
    }
    for (Alert alert : snapshot.getAlertsList()) {
      add(rows, new Row("alert", alert.getId(), "", "", "", ""), alert, "id");
    }
    return rows;
  }

  /** Returns the name of a field, with its unit. */
  static String name(FieldDescriptor field) {
    boolean isDuration =
        field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && field.getMessageType().equals(Duration.getDescriptor());
    return isDuration ? field.getName() + "_seconds" : field.getName();
  }

  /** Returns whether a message is a value by itself. */
  static boolean isValue(Object value) {
    return !(value instanceof Message) || value instanceof Duration || value instanceof Timestamp;
  }

  /** Returns the entries of a map field in the order of their keys. */
  static TreeMap<String, Object> entries(Message message, FieldDescriptor field) {
    TreeMap<String, Object> entries = new TreeMap<>();
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    for (Object entry : (List<?>) message.getField(field)) {
      entries.put((String) ((Message) entry).getField(key), ((Message) entry).getField(value));
    }
    return entries;
  }

  /** Adds all fields of a message but the one that tells which it is. */
  private static void add(List<Row> rows, Row row, Message message, String identity) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (!field.getName().equals(identity)) {
        add(rows, row.figure(join(row.figure, name(field))), message, field);
      }
    }
  }

  private static void add(List<Row> rows, Row row, Message message, FieldDescriptor field) {
    if (field.isMapField()) {
      String detail = field.getName().endsWith("_by_reason") ? "reason" : "outcome";
      entries(message, field)
          .forEach((key, value) -> rows.add(row.detail(detail, key).value(value)));
    } else if (field.isRepeated()) {
      for (Object element : (List<?>) message.getField(field)) {
        if (element instanceof ThresholdStats threshold) {
          Row reached = row.detail("percent", String.valueOf(threshold.getPercent()));
          add(rows, reached, threshold, "percent");
        }
      }
    } else if (!field.hasPresence() || message.hasField(field)) {
      Object value = message.getField(field);
      if (isValue(value)) {
        rows.add(row.value(value));
      } else {
        add(rows, row, (Message) value, "");
      }
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "_" + name;
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("/", "\\/");
  }

  private Row figure(String newFigure) {
    return new Row(scope, subject, newFigure, detailName, detail, value);
  }

  private Row detail(String newName, String newDetail) {
    return new Row(scope, subject, figure, newName, newDetail, value);
  }

  private Row value(Object newValue) {
    return new Row(scope, subject, figure, detailName, detail, newValue);
  }
}
