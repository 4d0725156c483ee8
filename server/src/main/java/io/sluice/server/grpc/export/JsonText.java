package io.sluice.server.grpc.export;

import com.google.gson.stream.JsonWriter;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.sluice.proto.v1.StatsSnapshot;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** JSON: the message as it is, with numbers as numbers and durations in seconds. */
final class JsonText {
  private final StringWriter text = new StringWriter();
  private final JsonWriter json = new JsonWriter(text);

  private JsonText() {
    json.setIndent("  ");
  }

  static String of(StatsSnapshot snapshot) {
    JsonText written = new JsonText();
    try {
      written.message(snapshot);
    } catch (IOException e) {
      throw new IllegalStateException(e); // a text in memory does not fail
    }
    return written.text + "\n";
  }

  private void message(Message message) throws IOException {
    json.beginObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      json.name(Row.name(field));
      if (field.isMapField()) {
        json.beginObject();
        for (Map.Entry<String, Object> entry : Row.entries(message, field).entrySet()) {
          json.name(entry.getKey());
          value(entry.getValue());
        }
        json.endObject();
      } else if (field.isRepeated()) {
        json.beginArray();
        for (Object element : (List<?>) message.getField(field)) {
          value(element);
        }
        json.endArray();
      } else if (field.hasPresence() && !message.hasField(field)) {
        json.nullValue();
      } else {
        value(message.getField(field));
      }
    }
    json.endObject();
  }

  private void value(Object value) throws IOException {
    if (!Row.isValue(value)) {
      message((Message) value);
    } else if (Numbers.isNumber(value)) {
      json.jsonValue(Numbers.text(value));
    } else {
      json.value(Numbers.text(value));
    }
  }
}
