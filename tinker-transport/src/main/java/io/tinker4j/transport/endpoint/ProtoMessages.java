package io.tinker4j.transport.endpoint;

import static io.tinker4j.transport.endpoint.ProtoReader.FIXED64;
import static io.tinker4j.transport.endpoint.ProtoReader.LENGTH_DELIMITED;
import static io.tinker4j.transport.endpoint.ProtoReader.VARINT;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of results as they are on the wire: {@code openapi/proto/tinker_public.proto}. What
 * is absent has its default. A message that comes in pieces is merged, as protobuf has it.
 */
final class ProtoMessages {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private ProtoMessages() {}

  private interface Field {
    void read(int tag, ProtoReader in) throws IOException;
  }

  /** Hands every field over; what it does not read is skipped there. */
  private static void each(ProtoReader in, Field field) throws IOException {
    for (int tag = in.next(); tag != 0; tag = in.next()) {
      field.read(tag, in);
    }
  }

  static final class Sample {
    final List<Sequence> sequences = new ArrayList<>();
    ByteBuffer promptLogprobs = NONE;
    final Topk topkPromptLogprobs = new Topk();
    int promptCacheHitTokens;
    @Nullable Tensor targetPromptLogprobs;
    @Nullable AltTokens promptAltTokens;

    static Sample read(ProtoReader body) throws IOException {
      Sample message = new Sample();
      each(body, message::field);
      return message;
    }

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> {
          Sequence sequence = new Sequence();
          each(in.message(), sequence::field);
          sequences.add(sequence);
        }
        case 2 << 3 | LENGTH_DELIMITED -> promptLogprobs = in.bytes();
        case 3 << 3 | LENGTH_DELIMITED -> each(in.message(), topkPromptLogprobs::field);
        case 4 << 3 | VARINT -> promptCacheHitTokens = in.varint32();
        case 5 << 3 | LENGTH_DELIMITED ->
            targetPromptLogprobs = Tensor.merge(targetPromptLogprobs, in.message());
        case 6 << 3 | LENGTH_DELIMITED -> {
          promptAltTokens = promptAltTokens == null ? new AltTokens() : promptAltTokens;
          each(in.message(), promptAltTokens::field);
        }
        default -> in.skip();
      }
    }
  }

  static final class AltTokens {
    final Tensor tokens = new Tensor();
    final Tensor logprobs = new Tensor();

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> Tensor.merge(tokens, in.message());
        case 2 << 3 | LENGTH_DELIMITED -> Tensor.merge(logprobs, in.message());
        default -> in.skip();
      }
    }
  }

  static final class Sequence {
    int stopReason;
    ByteBuffer tokens = NONE;
    ByteBuffer logprobs = NONE;
    final Topk topkSampledLogprobs = new Topk();

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | VARINT -> stopReason = in.varint32();
        case 2 << 3 | LENGTH_DELIMITED -> tokens = in.bytes();
        case 3 << 3 | LENGTH_DELIMITED -> logprobs = in.bytes();
        case 4 << 3 | LENGTH_DELIMITED -> each(in.message(), topkSampledLogprobs::field);
        default -> in.skip();
      }
    }
  }

  static final class Topk {
    ByteBuffer tokenIds = NONE;
    ByteBuffer logprobs = NONE;
    int k;
    int length;

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> tokenIds = in.bytes();
        case 2 << 3 | LENGTH_DELIMITED -> logprobs = in.bytes();
        case 3 << 3 | VARINT -> k = in.varint32();
        case 4 << 3 | VARINT -> length = in.varint32();
        default -> in.skip();
      }
    }
  }

  /** Of the two encodings the later one counts. */
  static final class Tensor {
    ByteBuffer dense = NONE;
    @Nullable Csr sparseCsr;
    int dtype;
    final Numbers shape = new Numbers();

    static Tensor merge(@Nullable Tensor known, ProtoReader more) throws IOException {
      Tensor tensor = known == null ? new Tensor() : known;
      each(more, tensor::field);
      return tensor;
    }

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> {
          dense = in.bytes();
          sparseCsr = null;
        }
        case 2 << 3 | LENGTH_DELIMITED -> {
          sparseCsr = sparseCsr == null ? new Csr() : sparseCsr;
          each(in.message(), sparseCsr::field);
        }
        case 3 << 3 | VARINT -> dtype = in.varint32();
        case 4 << 3 | VARINT -> shape.add(in.varint());
        case 4 << 3 | LENGTH_DELIMITED -> shape.addPacked(in.message());
        default -> in.skip();
      }
    }
  }

  static final class Csr {
    ByteBuffer values = NONE;
    ByteBuffer crowIndices = NONE;
    ByteBuffer colIndices = NONE;

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> values = in.bytes();
        case 2 << 3 | LENGTH_DELIMITED -> crowIndices = in.bytes();
        case 3 << 3 | LENGTH_DELIMITED -> colIndices = in.bytes();
        default -> in.skip();
      }
    }
  }

  static final class PassOutput {
    String type = "";
    final List<ArrayRecord> records = new ArrayList<>();
    final Map<String, Double> metrics = new LinkedHashMap<>();

    static PassOutput read(ProtoReader body) throws IOException {
      PassOutput message = new PassOutput();
      each(body, message::field);
      return message;
    }

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> type = in.text();
        case 2 << 3 | LENGTH_DELIMITED -> {
          ArrayRecord record = new ArrayRecord();
          each(in.message(), record::field);
          records.add(record);
        }
        case 3 << 3 | LENGTH_DELIMITED -> {
          Metric metric = new Metric();
          each(in.message(), metric::field);
          metrics.put(metric.name, metric.value);
        }
        default -> in.skip();
      }
    }
  }

  private static final class Metric {
    String name = "";
    double value;

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> name = in.text();
        case 2 << 3 | FIXED64 -> value = in.fixed64();
        default -> in.skip();
      }
    }
  }

  /** Its type tag is not read, but has to be text. */
  static final class ArrayRecord {
    final Map<String, Batch> fields = new LinkedHashMap<>();
    long datums;

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> in.text();
        case 2 << 3 | LENGTH_DELIMITED -> {
          NamedBatch entry = new NamedBatch();
          each(in.message(), entry::field);
          fields.put(entry.name, entry.batch);
        }
        case 3 << 3 | VARINT -> datums = in.varint();
        default -> in.skip();
      }
    }
  }

  private static final class NamedBatch {
    String name = "";
    final Batch batch = new Batch();

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> name = in.text();
        case 2 << 3 | LENGTH_DELIMITED -> each(in.message(), batch::field);
        default -> in.skip();
      }
    }
  }

  static final class Batch {
    ByteBuffer data = NONE;
    ByteBuffer offsets = NONE;
    int dtype;
    final Numbers trailingShape = new Numbers();

    private void field(int tag, ProtoReader in) throws IOException {
      switch (tag) {
        case 1 << 3 | LENGTH_DELIMITED -> data = in.bytes();
        case 2 << 3 | LENGTH_DELIMITED -> offsets = in.bytes();
        case 3 << 3 | VARINT -> dtype = in.varint32();
        case 4 << 3 | VARINT -> trailingShape.add(in.varint());
        case 4 << 3 | LENGTH_DELIMITED -> trailingShape.addPacked(in.message());
        default -> in.skip();
      }
    }
  }

  /** A repeated integer. */
  static final class Numbers {
    private long[] values = {};
    private int size;

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }

    private void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, Math.max(4, 2 * size));
      }
      values[size++] = value;
    }

    private void addPacked(ProtoReader packed) throws IOException {
      while (packed.hasMore()) {
        add(packed.varint());
      }
    }
  }
}
