package io.tinker4j.benchmarks;

import com.google.protobuf.ByteString;
import io.tinker4j.transport.Codecs;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes and reads batches of 1,000 examples of 1,000 tokens: 16 bytes of payload a token in a
 * request (int32 input, int64 target, float32 weight), 4 in a result (float32 log-probability). The
 * streaming loops do for the same JSON what has to be done by anybody.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class WireBenchmark {
  private static final int DATUMS = 1000;
  private static final int TOKENS = 1000;
  private static final JsonFactory JSON = new JsonFactory();

  private ForwardBackwardRequest request = request();
  private ForwardBackwardOutput output = output();
  private byte[] binaryAnswer = binaryAnswer();
  private byte[] requestJson = JsonCodec.write(request);
  private byte[] outputJson = JsonCodec.write(output);

  /** Makes the batches anew for each fork. */
  @Setup
  public void prepare() {
    request = request();
    output = output();
    binaryAnswer = binaryAnswer();
    requestJson = JsonCodec.write(request);
    outputJson = JsonCodec.write(output);
  }

  /** Writes a request as protobuf. */
  @Benchmark
  public Object protobufWrite() {
    return Codecs.encode(Operations.forwardBackward(BodyFormat.PROTOBUF), request);
  }

  /** Reads a result from protobuf. */
  @Benchmark
  public Object protobufRead() {
    return Codecs.decode(Operations.RETRIEVE_FORWARD_BACKWARD, binaryAnswer);
  }

  /** Writes a request as JSON. */
  @Benchmark
  public Object jsonWrite() {
    return JsonCodec.write(request);
  }

  /** Writes the same JSON by hand. */
  @Benchmark
  public Object jsonWriteByHand() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      out.writeName("forward_backward_input");
      out.writeStartObject();
      out.writeName("data");
      out.writeStartArray();
      for (Datum datum : request.forwardBackwardInput().data()) {
        writeByHand(datum, out);
      }
      out.writeEndArray();
      out.writeStringProperty("loss_fn", "cross_entropy");
      out.writeEndObject();
      out.writeStringProperty("model_id", "m");
      out.writeNumberProperty("seq_id", 1);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeByHand(Datum datum, JsonGenerator out) {
    out.writeStartObject();
    out.writeName("model_input");
    out.writeStartObject();
    out.writeName("chunks");
    out.writeStartArray();
    out.writeStartObject();
    out.writeName("tokens");
    out.writeStartArray();
    for (int token : datum.modelInput().toInts()) {
      out.writeNumber(token);
    }
    out.writeEndArray();
    out.writeStringProperty("type", "encoded_text");
    out.writeEndObject();
    out.writeEndArray();
    out.writeEndObject();
    out.writeName("loss_fn_inputs");
    out.writeStartObject();
    for (Map.Entry<String, TensorData> input : datum.lossFnInputs().entrySet()) {
      out.writeName(input.getKey());
      writeByHand(input.getValue(), input.getKey().equals(Datum.TARGET_TOKENS), out);
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void writeByHand(TensorData tensor, boolean integers, JsonGenerator out) {
    out.writeStartObject();
    out.writeName("data");
    out.writeStartArray();
    for (int i = 0; i < tensor.size(); i++) {
      if (integers) {
        out.writeNumber(tensor.longs().get(i));
      } else {
        out.writeNumber(tensor.floats().get(i));
      }
    }
    out.writeEndArray();
    out.writeStringProperty("dtype", tensor.dtype().value());
    out.writeName("shape");
    out.writeStartArray();
    out.writeNumber(tensor.size());
    out.writeEndArray();
    out.writeEndObject();
  }

  /** Reads a request from JSON. */
  @Benchmark
  public Object jsonReadRequest() {
    return JsonCodec.read(requestJson, ForwardBackwardRequest.class);
  }

  /** Reads a result from JSON. */
  @Benchmark
  public Object jsonReadResult() {
    return JsonCodec.read(outputJson, ForwardBackwardOutput.class);
  }

  /** Reads all numbers of a request's JSON by hand. */
  @Benchmark
  public Object jsonReadRequestByHand() {
    return readByHand(requestJson);
  }

  /** Reads all numbers of a result's JSON by hand. */
  @Benchmark
  public Object jsonReadResultByHand() {
    return readByHand(outputJson);
  }

  private static List<Object> readByHand(byte[] json) {
    List<Object> arrays = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_INT) {
          arrays.add(readInts(parser));
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
          arrays.add(readFloats(parser));
        }
      }
    }
    return arrays;
  }

  private static int[] readInts(JsonParser parser) {
    int[] values = new int[TOKENS];
    int size = 0;
    JsonToken token = JsonToken.VALUE_NUMBER_INT;
    while (token == JsonToken.VALUE_NUMBER_INT && size < TOKENS) {
      values[size++] = parser.getIntValue();
      token = parser.nextToken();
    }
    return Arrays.copyOf(values, size);
  }

  private static float[] readFloats(JsonParser parser) {
    float[] values = new float[TOKENS];
    int size = 0;
    JsonToken token = JsonToken.VALUE_NUMBER_FLOAT;
    while (token == JsonToken.VALUE_NUMBER_FLOAT && size < TOKENS) {
      values[size++] = parser.getFloatValue();
      token = parser.nextToken();
    }
    return Arrays.copyOf(values, size);
  }

  private static ForwardBackwardRequest request() {
    SplittableRandom random = new SplittableRandom(1);
    List<Datum> data = new ArrayList<>();
    for (int i = 0; i < DATUMS; i++) {
      data.add(Datum.supervised(random.ints(TOKENS + 1, 0, 150_000).toArray()));
    }
    return ForwardBackwardRequest.builder()
        .modelId("m")
        .seqId(1)
        .forwardBackwardInput(
            ForwardBackwardInput.builder().data(data).lossFn("cross_entropy").build())
        .build();
  }

  private static ForwardBackwardOutput output() {
    SplittableRandom random = new SplittableRandom(2);
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (int i = 0; i < DATUMS; i++) {
      outputs.add(Map.of("logprobs", TensorData.of(logprobs(random))));
    }
    return ForwardBackwardOutput.of("ArrayRecord", outputs, Metrics.of(Map.of("loss:sum", 1.5)));
  }

  private static float[] logprobs(SplittableRandom random) {
    float[] values = new float[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      values[i] = (float) -random.nextDouble(10);
    }
    return values;
  }

  private static byte[] binaryAnswer() {
    SplittableRandom random = new SplittableRandom(2);
    ByteBuffer data = littleEndian(4 * DATUMS * TOKENS);
    ByteBuffer offsets = littleEndian(8 * (DATUMS + 1));
    for (int i = 0; i < DATUMS; i++) {
      offsets.putLong(data.position());
      for (float value : logprobs(random)) {
        data.putFloat(value);
      }
    }
    offsets.putLong(data.position());
    return io.tinker4j.types.proto.ForwardBackwardOutput.newBuilder()
        .setLossFnOutputType("ArrayRecord")
        .addLossFnOutputs(
            ArrayRecord.newBuilder()
                .setNumDatums(DATUMS)
                .putFields(
                    "logprobs",
                    BatchedTensor.newBuilder()
                        .setDtype(DType.DTYPE_FLOAT32)
                        .setData(ByteString.copyFrom(data.flip()))
                        .setOffsets(ByteString.copyFrom(offsets.flip()))
                        .build()))
        .build()
        .toByteArray();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
