// Package train trains text models on labelled lines, or extends one with them, on the CPU only.
//
// Both parts of the model (see textmodel) are trained concurrently, each with its own logistic loss: the linear part by AdaGrad
// (Duchi et al. 2011), the recurrent one by Adam (Kingma and Ba 2015) with backpropagation through time. An extended model is
// regularised towards its original weights (Li et al. 2018, L2-SP), and for labels about which the lines say nothing its original
// outputs are the targets (Li and Hoiem 2016, learning without forgetting). Training lines are varied like recognition errors: words
// are lost, joined and split. The same lines and seed produce the same model, byte for byte.
package train
