package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes the body of an answer to a file, as long as it is not too long. Used once. */
final class BoundedFile implements HttpResponse.BodySubscriber<Long> {
  private final CompletableFuture<Long> body = new CompletableFuture<>();
  private final Path file;
  private final MessageDigest digest;
  private long count;
  private Flow.@Nullable Subscription subscription;
  private @Nullable FileChannel channel;

  BoundedFile(Path file, MessageDigest digest) {
    this.file = file;
    this.digest = digest;
  }

  @Override
  public CompletionStage<Long> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    try {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING);
      given.request(Long.MAX_VALUE);
    } catch (IOException e) {
      stop(e);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    FileChannel open = channel;
    if (open == null) {
      return;
    }
    try {
      for (ByteBuffer each : buffers) {
        count += each.remaining();
        if (count > HubDownload.MAX_BYTES) {
          stop(new IOException("the file is larger than " + HubDownload.MAX_BYTES + " bytes"));
          return;
        }
        digest.update(each.duplicate());
        while (each.hasRemaining()) {
          open.write(each);
        }
      }
    } catch (IOException e) {
      stop(e);
    }
  }

  private void stop(IOException failure) {
    if (subscription != null) {
      subscription.cancel();
    }
    onError(failure);
  }

  @Override
  public void onError(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    try {
      close();
      body.complete(count);
    } catch (IOException e) {
      body.completeExceptionally(e);
    }
  }

  private void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
