package io.tinker4j.training;

import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.ExternalWeightsUploadStartResponse;
import io.tinker4j.types.ExternalWeightsUrlsResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishRequest;
import io.tinker4j.types.wire.ExternalWeightsUploadStartRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Exports adapters as files, and uploads those that were trained elsewhere. Thread-safe; the
 * methods block, and throw what those of {@link RestClient} do.
 */
public final class ExternalWeightsClient {
  private final ApiClient api;
  private final ServerFeatures features;

  ExternalWeightsClient(ApiClient api, ServerFeatures features) {
    this.api = api;
    this.features = features;
  }

  /** Returns signed addresses, by file name, of an adapter that was exported as files. */
  public ExternalWeightsUrlsResponse urls(String trainingRunId, String checkpointId) {
    if (!checkpointId.startsWith("external_weights/")) {
      throw new IllegalArgumentException(
          "checkpointId is '" + checkpointId + "'; that of an export is external_weights/NAME");
    }
    return features.call(
        Operations.EXTERNAL_WEIGHTS_URLS, ResourceIds.checkpoint(trainingRunId, checkpointId));
  }

  /**
   * Begins the upload of an adapter and returns the signed addresses that its files go to. Not
   * tried again when the answer is lost. Experimental.
   */
  public ExternalWeightsUploadStartResponse startUpload(String baseModel, LoraConfig loraConfig) {
    return features.call(
        Operations.EXTERNAL_WEIGHTS_UPLOAD_START, upload(baseModel, loraConfig).build());
  }

  /** Begins the upload of an adapter into a project. Experimental. */
  public ExternalWeightsUploadStartResponse startUpload(
      String baseModel, LoraConfig loraConfig, String destinationProjectId) {
    ResourceIds.check("destinationProjectId", destinationProjectId);
    return features.call(
        Operations.EXTERNAL_WEIGHTS_UPLOAD_START,
        upload(baseModel, loraConfig).destinationProjectId(destinationProjectId).build());
  }

  private static ExternalWeightsUploadStartRequest.Builder upload(
      String baseModel, LoraConfig loraConfig) {
    ExternalWeightsUploadStartRequest.Builder request = ExternalWeightsUploadStartRequest.builder();
    request.baseModel(baseModel).loraConfig(loraConfig);
    return request;
  }

  /**
   * Puts a file of an upload at its signed address, without credentials. The file is not held in
   * memory; it has at most 2 GiB. Experimental.
   *
   * @throws IllegalArgumentException when the address is not one
   * @throws UncheckedIOException when the file cannot be read
   */
  public void uploadFile(String url, Path file) {
    URI address = address(url);
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "file has %d bytes; at most 2 GiB can be uploaded".formatted(channel.size()));
      }
      MappedByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      api.upload(address, content, CallOptions.defaults());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The JDK's exception shows the whole of what is a credential. */
  private static URI address(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "url is '%s'; it must be an address".formatted(Redaction.byForm(url)));
    }
  }

  /** Makes an uploaded adapter a checkpoint and returns its path. Experimental. */
  public String finishUpload(String uploadId) {
    return features
        .call(
            Operations.EXTERNAL_WEIGHTS_UPLOAD_FINISH,
            ExternalWeightsUploadFinishRequest.builder()
                .uploadId(ResourceIds.check("uploadId", uploadId))
                .build())
        .tinkerPath();
  }
}
