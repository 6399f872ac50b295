// Package decoder runs speech engines in child processes, so that a hang, a crash or a hostile model file costs one
// more try at a clip, and not the program.
//
// A Pool is the parent's side. It starts the program again as "earshot decoder", once for each core with a copy of the
// weights each, or once with several states when the weights are too big for copies (see Plan). Serve is the child's
// side: it limits itself, loads the model, and decodes what it is sent.
//
// # The protocol
//
// Parent and child talk over two pipes: the child reads descriptor 3 and writes descriptor 4; descriptor 5 is the model
// file, opened for reading by the parent, so that every restart loads the file that was checked. The child's standard
// output and error carry no protocol, so that nothing a library prints can disturb it.
//
// Both directions carry frames, little-endian:
//
//	bytes  0-1   "es"
//	byte   2     version, 1
//	byte   3     kind
//	bytes  4-7   id of the call, 0 for the process as a whole
//	bytes  8-11  length of the payload
//	bytes 12-    payload
//
//	kind        from    id    payload
//	1 hello     parent  0     JSON: setup (first frame, once)
//	2 ready     child   0     JSON: what was loaded (answer to hello, once)
//	3 decode    parent  call  2 bytes n, n bytes of JSON options, then mono float32 samples at 16 kHz
//	4 cancel    parent  call  empty; the call is still answered, by its result or by a failure
//	5 result    child   call  JSON: the result, CPU time and memory
//	6 failure   child   call  JSON: code and text; with id 0 the model could not be loaded
//
// A payload is at most 2 MB to the child and 1 MB to the parent. The parent takes nothing on trust: a frame of another
// form, an answer nobody asked for, or a result that can't be true of its sound (times beyond the end, probabilities
// beyond 1) ends the child. The child ends when its pipe closes.
package decoder
