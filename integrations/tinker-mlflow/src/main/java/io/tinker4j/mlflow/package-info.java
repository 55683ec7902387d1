/** Notes what a resumable run does in MLflow, by its REST API. */
@NullMarked
package io.tinker4j.mlflow;

import org.jspecify.annotations.NullMarked;
