package io.tinker4j.testkit.endpoint;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.Loss;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.OperationKind;
import io.tinker4j.testkit.run.PassRequest;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Tensor;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.ForwardRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the three forms of a pass into one. */
final class PassReader {
  private PassReader() {}

  /** Reads the JSON body of {@code forward_backward}. */
  static PassRequest readForwardBackward(byte[] body, Behaviour behaviour) {
    ForwardBackwardRequest request = JsonBodies.read(body, ForwardBackwardRequest.class);
    return fromJson(
        request.modelId(),
        request.seqId().orElse(0),
        request.forwardBackwardInput(),
        OperationKind.FORWARD_BACKWARD,
        JsonBodies.fingerprint(
            OperationKind.FORWARD_BACKWARD.wireName(), request.forwardBackwardInput()),
        behaviour);
  }

  /** Reads the JSON body of {@code forward}. */
  static PassRequest readForward(byte[] body, Behaviour behaviour) {
    ForwardRequest request = JsonBodies.read(body, ForwardRequest.class);
    return fromJson(
        request.modelId(),
        request.seqId().orElse(0),
        request.forwardInput(),
        OperationKind.FORWARD,
        JsonBodies.fingerprint(OperationKind.FORWARD.wireName(), request.forwardInput()),
        behaviour);
  }

  private static PassRequest fromJson(
      String modelId,
      long seqId,
      ForwardBackwardInput input,
      OperationKind kind,
      String fingerprint,
      Behaviour behaviour) {
    for (int i = 0; i < input.data().size(); i++) {
      InputTokens.requireKnown(
          input.data().get(i).modelInput(), List.of("body", "data", i, "model_input"));
    }
    return new PassRequest(
        modelId,
        seqId,
        input.data(),
        loss(input.lossFn(), numbers(input.lossFnConfig()), behaviour),
        kind,
        fingerprint);
  }

  /**
   * Reads the binary body of {@code forward_backward}.
   *
   * @throws RefusedException 400 when it is malformed, 422 when what it says cannot be
   */
  static PassRequest readProtobuf(byte[] body, Behaviour behaviour) {
    io.tinker4j.types.proto.ForwardBackwardRequest request;
    try {
      request = io.tinker4j.types.proto.ForwardBackwardRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw RefusedException.badRequest("the body is not valid protobuf: " + e.getMessage());
    }
    List<Datum> data = new ArrayList<>();
    for (io.tinker4j.types.proto.Datum datum : request.getDataList()) {
      data.add(datum(datum, data.size()));
    }
    OperationKind kind =
        request.getForwardOnly() ? OperationKind.FORWARD : OperationKind.FORWARD_BACKWARD;
    return new PassRequest(
        request.getModelId(),
        request.getSeqId(),
        data,
        loss(request.getLossFn(), request.getLossFnConfigMap(), behaviour),
        kind,
        ContentHash.fingerprint(
            kind.wireName(), canonical(request.toBuilder().clearModelId().clearSeqId().build())));
  }

  /** The same bytes for the same content: entries of maps travel in any order. */
  private static byte[] canonical(io.tinker4j.types.proto.ForwardBackwardRequest request) {
    byte[] bytes = new byte[request.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      request.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("the array has the size that was asked for", e);
    }
    return bytes;
  }

  private static Map<String, Double> numbers(@Nullable Map<String, ?> config) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    if (config == null) {
      return numbers;
    }
    config.forEach((name, value) -> {
      if (!(value instanceof Number number)) {
        throw RefusedException.unprocessable(
            List.of("body", "loss_fn_config", name), "must be a number", "float_type");
      }
      numbers.put(name, number.doubleValue());
    });
    return numbers;
  }

  private static Loss loss(String name, Map<String, Double> config, Behaviour behaviour) {
    try {
      return behaviour.loss(name, config);
    } catch (IllegalArgumentException e) {
      throw RefusedException.unprocessable(
          List.of("body", "loss_fn"), String.valueOf(e.getMessage()), "value_error");
    }
  }

  private static Datum datum(io.tinker4j.types.proto.Datum datum, int index) {
    List<ModelInputChunk> chunks = new ArrayList<>();
    for (Chunk chunk : datum.getModelInputList()) {
      chunks.add(chunk(chunk, List.of("body", "data", index, "model_input", chunks.size())));
    }
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    datum
        .getLossFnInputsMap()
        .forEach((name, tensor) -> inputs.put(name, tensor(tensor, index, name)));
    return Datum.of(ModelInput.of(chunks), inputs);
  }

  private static ModelInputChunk chunk(Chunk chunk, List<?> loc) {
    return switch (chunk.getChunkCase()) {
      case ENCODED_TEXT -> EncodedTextChunk.of(ints(chunk.getEncodedText().getTokens()));
      case IMAGE -> image(chunk.getImage());
      case DMEL -> DmelChunk.of(chunk.getDmel().getDmel().toByteArray());
      case CHUNK_NOT_SET ->
          throw RefusedException.unprocessable(loc, "the chunk is empty", "missing");
    };
  }

  private static ImageChunk image(io.tinker4j.types.proto.ImageChunk message) {
    ImageChunk image =
        ImageChunk.of(message.getData().toByteArray(), ImageFormat.of(message.getFormat()));
    return message.hasExpectedTokens()
        ? image.withExpectedTokens(message.getExpectedTokens())
        : image;
  }

  private static TensorData tensor(Tensor tensor, int index, String name) {
    try {
      return switch (tensor.getEncodingCase()) {
        case SPARSE_CSR -> sparse(tensor);
        case DENSE, ENCODING_NOT_SET -> elements(tensor, tensor.getDense(), shape(tensor));
      };
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw RefusedException.unprocessable(
          List.of("body", "data", index, "loss_fn_inputs", name),
          String.valueOf(e.getMessage()),
          "value_error");
    }
  }

  private static TensorData sparse(Tensor tensor) {
    if (tensor.getShapeCount() != 2) {
      throw new IllegalArgumentException("a sparse tensor needs a shape of two dimensions");
    }
    long[] rows = longs(tensor.getSparseCsr().getCrowIndices());
    if (rows.length == 0) {
      throw new IllegalArgumentException("a sparse tensor needs crow_indices");
    }
    return elements(tensor, tensor.getSparseCsr().getValues(), new long[0])
        .asCsr(
            rows,
            longs(tensor.getSparseCsr().getColIndices()),
            tensor.getShape(0),
            tensor.getShape(1));
  }

  /** A tensor of these elements; one row when there is no shape. */
  private static TensorData elements(Tensor tensor, ByteString data, long[] shape) {
    boolean flat = shape.length == 0;
    if (tensor.getDtype() == DType.DTYPE_FLOAT32) {
      float[] values = floats(data);
      return flat ? TensorData.of(values) : TensorData.ofFloats(values, shape);
    }
    if (tensor.getDtype() == DType.DTYPE_INT64) {
      long[] values = longs(data);
      return flat ? TensorData.of(values) : TensorData.ofLongs(values, shape);
    }
    throw new IllegalArgumentException(
        "dtype is " + tensor.getDtypeValue() + "; requests carry float32 and int64");
  }

  private static long[] shape(Tensor tensor) {
    return tensor.getShapeList().stream().mapToLong(Long::longValue).toArray();
  }

  private static int[] ints(ByteString bytes) {
    requireWidth(bytes, Integer.BYTES);
    int[] values = new int[bytes.size() / Integer.BYTES];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  private static long[] longs(ByteString bytes) {
    requireWidth(bytes, Long.BYTES);
    long[] values = new long[bytes.size() / Long.BYTES];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
    return values;
  }

  private static float[] floats(ByteString bytes) {
    requireWidth(bytes, Float.BYTES);
    float[] values = new float[bytes.size() / Float.BYTES];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static void requireWidth(ByteString bytes, int width) {
    if (bytes.size() % width != 0) {
      throw RefusedException.badRequest(
          "an array of " + bytes.size() + " bytes cannot hold elements of " + width + " bytes");
    }
  }
}
