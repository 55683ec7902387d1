package io.tinker4j.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a condensed journal says of a request whose result was promised.
 *
 * @param number its sequence number, or -1 when it has none
 * @param body the address of the entry that holds the request, or {@link #NONE} when nobody needs
 *     it any more
 * @param executed null when it was not carried out on a model
 */
record PastRequest(
    String requestId,
    long number,
    String fingerprint,
    long body,
    End end,
    @Nullable ExecutedOperation executed) {
  static final long NONE = -1;

  /** How it ended. */
  sealed interface End {
    /** Not yet. */
    record Pending() implements End {}

    /** The address of the entry that holds the result. */
    record Finished(long address) implements End {}

    record Failed(String message, String category) implements End {}

    /** The result was handed out and is forgotten. */
    record Forgotten() implements End {}
  }

  /** Writes requests so that they are read fast: a run has tens of thousands. */
  static byte[] write(List<PastRequest> requests) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(requests.size());
    for (PastRequest request : requests) {
      request.write(out);
    }
    return bytes.toByteArray();
  }

  private void write(DataOutputStream out) throws IOException {
    out.writeUTF(requestId);
    out.writeLong(number);
    out.writeUTF(fingerprint);
    out.writeLong(body);
    switch (end) {
      case End.Pending() -> out.writeByte(0);
      case End.Finished(long address) -> {
        out.writeByte(1);
        out.writeLong(address);
      }
      case End.Failed(String message, String category) -> {
        out.writeByte(2);
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
        out.writeUTF(category);
      }
      case End.Forgotten() -> out.writeByte(3);
    }
    out.writeBoolean(executed != null);
    if (executed != null) {
      out.writeUTF(executed.kind());
      out.writeUTF(executed.payloadHash());
      out.writeUTF(executed.weightsHash());
      out.writeLong(executed.order());
    }
  }

  /** Reads what {@link #write(List)} wrote. */
  static List<PastRequest> read(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int size = in.readInt();
      List<PastRequest> requests = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        requests.add(read(in));
      }
      return requests;
    } catch (IOException e) {
      throw new UncheckedIOException("the journal has requests that cannot be read", e);
    }
  }

  private static PastRequest read(DataInputStream in) throws IOException {
    String requestId = in.readUTF();
    long number = in.readLong();
    String fingerprint = in.readUTF();
    long body = in.readLong();
    End end =
        switch (in.readByte()) {
          case 0 -> new End.Pending();
          case 1 -> new End.Finished(in.readLong());
          case 2 -> new End.Failed(text(in), in.readUTF());
          case 3 -> new End.Forgotten();
          default -> throw new IOException("request " + requestId + " has an unknown end");
        };
    ExecutedOperation executed =
        in.readBoolean()
            ? new ExecutedOperation(number, in.readUTF(), in.readUTF(), in.readUTF(), in.readLong())
            : null;
    return new PastRequest(requestId, number, fingerprint, body, end, executed);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
