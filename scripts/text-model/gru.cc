// gru TRAIN GROUPS VOCABEMB OUT epochs lr exclude evalfiles...   BiGRU over words + hashed char n-grams, max+mean pooling
#include "common.h"
#include <thread>
#include <atomic>
#ifndef DD
#define DD 32
#endif
#ifndef HH
#define HH 32
#endif
const int D=DD,H=HH,G3=3*HH,P=4*HH; const int CB=8192,MAXT=64;
static float negw=getenv("NEGW")?atof(getenv("NEGW")):1;
static const char*CATS[]={"gender","male","race","nation","religion","sexuality","disability","migrant","other"}; const int NC=9;
struct Dense{ float Wx[2][D][G3],Uh[2][H][G3],b[2][G3],V[P][NH],c[NH]; };
const int ND=sizeof(Dense)/4;
int V; vector<float> E,C,K; unordered_map<string,int> vid;
struct Tk{ int id; int cat; vector<int> ch; };
static void chgrams(const string&s,vector<int>&o){ string w="^"+s+"$"; int m=w.size(); o.clear(); for(int L=3;L<=4;L++) for(int j=0;j+L<=m;j++) o.push_back(fin(fnv(w.data()+j,L))&(CB-1)); }
static vector<Tk> enc(const vector<Tok>&t){ vector<Tk> r; for(auto&x:t){ Tk k; auto it=vid.find(x.s); k.id=it==vid.end()?0:it->second; k.cat=-1; if(x.g){ for(int i=0;i<NC;i++) if(x.cat==CATS[i]) k.cat=i; } else chgrams(x.s,k.ch); r.push_back(move(k)); if((int)r.size()>=MAXT) break; } return r; }
struct Work{ int n; float x[MAXT][D]; float g[2][MAXT][G3]; float un[2][MAXT][H]; float h[2][MAXT+2][H]; float p[P]; int am[2*H]; float z[NH]; };
static inline float sg(float x){ return 1/(1+expf(-x)); }
static void fwd(const Dense&m,Work&w,const float*pm){ int n=w.n;
  for(int d=0;d<2;d++){ float hp[H]; memset(hp,0,sizeof hp);
    for(int s=0;s<n;s++){ int t=d?n-1-s:s; float a[G3],u[G3]; memcpy(a,m.b[d],sizeof a); memset(u,0,sizeof u);
      for(int i=0;i<D;i++){ float xi=w.x[t][i]; const float*W=m.Wx[d][i]; for(int j=0;j<G3;j++) a[j]+=xi*W[j]; }
      if(s) for(int i=0;i<H;i++){ float xi=hp[i]; const float*W=m.Uh[d][i]; for(int j=0;j<G3;j++) u[j]+=xi*W[j]; }
      float*g=w.g[d][t]; for(int j=0;j<H;j++){ float z=sg(a[j]+u[j]),r=sg(a[H+j]+u[H+j]); w.un[d][t][j]=u[2*H+j]; float nn=tanhf(a[2*H+j]+r*u[2*H+j]); g[j]=z; g[H+j]=r; g[2*H+j]=nn; hp[j]=(1-z)*nn+z*hp[j]; w.h[d][t][j]=hp[j]; } } }
  for(int d=0;d<2;d++) for(int j=0;j<H;j++){ int b=0; float s=0; for(int t=0;t<n;t++){ if(w.h[d][t][j]>w.h[d][b][j]) b=t; s+=w.h[d][t][j]; } w.am[d*H+j]=b; w.p[d*H+j]=w.h[d][b][j]; w.p[2*H+d*H+j]=s/n; }
  for(int h=0;h<NH;h++) w.z[h]=m.c[h];
  for(int k=0;k<P;k++){ float v=w.p[k]*(pm?pm[k]:1); for(int h=0;h<NH;h++) w.z[h]+=v*m.V[k][h]; } }
static void bwd(const Dense&m,Dense&gm,Work&w,const float*pm,const float*gz,float (*gx)[D]){ int n=w.n; float gp[P];
  for(int h=0;h<NH;h++) gm.c[h]+=gz[h];
  for(int k=0;k<P;k++){ float v=w.p[k]*pm[k],s=0; for(int h=0;h<NH;h++){ gm.V[k][h]+=v*gz[h]; s+=m.V[k][h]*gz[h]; } gp[k]=s*pm[k]; }
  memset(gx,0,sizeof(float)*D*n);
  for(int d=0;d<2;d++){ float dh[H]; memset(dh,0,sizeof dh);
    for(int s=n-1;s>=0;s--){ int t=d?n-1-s:s; int tp=d?t+1:t-1; const float*hp=s?w.h[d][tp]:nullptr; float*g=w.g[d][t]; float da[G3],du[G3],dhp[H];
      for(int j=0;j<H;j++){ float gh=dh[j]+gp[2*H+d*H+j]/n+(w.am[d*H+j]==t?gp[d*H+j]:0); float z=g[j],r=g[H+j],nn=g[2*H+j],h0=hp?hp[j]:0;
        float dn=gh*(1-z)*(1-nn*nn),dz=gh*(h0-nn)*z*(1-z); float un=w.un[d][t][j]; float dr=dn*un*r*(1-r); da[j]=dz; da[H+j]=dr; da[2*H+j]=dn; du[j]=dz; du[H+j]=dr; du[2*H+j]=dn*r; dhp[j]=gh*z; }
      for(int j=0;j<G3;j++) gm.b[d][j]+=da[j];
      for(int i=0;i<D;i++){ float xi=w.x[t][i],sm=0; float*GW=gm.Wx[d][i]; const float*W=m.Wx[d][i]; for(int j=0;j<G3;j++){ GW[j]+=xi*da[j]; sm+=W[j]*da[j]; } gx[t][i]+=sm; }
      if(hp) for(int i=0;i<H;i++){ float xi=hp[i],sm=0; float*GW=gm.Uh[d][i]; const float*W=m.Uh[d][i]; for(int j=0;j<G3;j++){ GW[j]+=xi*du[j]; sm+=W[j]*du[j]; } dhp[i]+=sm; }
      memcpy(dh,dhp,sizeof dh); } } }
static void embed(const vector<Tk>&t,Work&w){ w.n=t.size(); for(int k=0;k<w.n;k++){ float*x=w.x[k]; memcpy(x,&E[(size_t)t[k].id*D],4*D); if(t[k].cat>=0) for(int i=0;i<D;i++) x[i]+=K[t[k].cat*D+i]; if(t[k].ch.size()){ float s=1.f/t[k].ch.size(); for(int c:t[k].ch) for(int i=0;i<D;i++) x[i]+=s*C[(size_t)c*D+i]; } } }
int main(int c,char**v){
  string tr=v[1]; Groups G; G.load(v[2]); GA=&G; string emb=v[3],out=v[4]; int EP=atoi(v[5]); float lr=atof(v[6]); string ex=string(",")+v[7]+",";
  auto Dt=load(tr); { vector<Ex> d; for(auto&e:Dt) if(ex.find(","+e.src+",")==string::npos) d.push_back(move(e)); Dt.swap(d); }
  { ifstream f(emb); string l; vid["<unk>"]=0; E.assign(D,0); while(getline(f,l)){ stringstream s(l); string w; s>>w; if(vid.count(w)) continue; int id=vid.size(); vid[w]=id; float x; for(int i=0;i<D;i++){ s>>x; E.push_back(x); } } V=vid.size(); }
  int seed=getenv("SEED")?atoi(getenv("SEED")):3; Rng r0(seed); C.resize((size_t)CB*D); for(auto&x:C) x=(r0.u()-.5)*0.1; K.assign(NC*D,0); for(auto&x:K) x=(r0.u()-.5)*0.1;
  static Dense m; { float*p=(float*)&m; for(int i=0;i<ND;i++) p[i]=0; for(int d=0;d<2;d++){ for(int i=0;i<D;i++) for(int j=0;j<G3;j++) m.Wx[d][i][j]=(r0.u()-.5)*2*0.25; for(int i=0;i<H;i++) for(int j=0;j<G3;j++) m.Uh[d][i][j]=(r0.u()-.5)*2*0.2; for(int j=0;j<H;j++) m.b[d][j]=0.5; } for(int k=0;k<P;k++) for(int h=0;h<NH;h++) m.V[k][h]=(r0.u()-.5)*0.2; float cb[NH]={-1.5,-2,-3,-3,-3}; memcpy(m.c,cb,sizeof cb); }
  vector<float> dm(ND),dv(ND),Em(E.size()),Ev(E.size()),Cm(C.size()),Cv(C.size()),Km(K.size()),Kv(K.size());
  vector<int> ben; for(size_t i=0;i<Dt.size();i++){ auto&s=Dt[i].src; if((s=="qmsum"||s=="tatoeba")&&Dt[i].y[0]==0&&Dt[i].y[1]==0) ben.push_back(i); }
  vector<int> ord(Dt.size()); iota(ord.begin(),ord.end(),0);
  int AV=getenv("AVG")?min(EP,atoi(getenv("AVG"))):0; vector<float> sm,sE,sC,sK;
  // lighter epochs: ordinary talk is subsampled
  fprintf(stderr,"train %zu vocab %d dense %d\n",Dt.size(),V,ND);
  for(int e=0;e<EP;e++){ for(size_t i=ord.size()-1;i>0;i--) swap(ord[i],ord[r0.n(i+1)]); atomic<size_t> nx(0); double LS[2][NH]={},CS[2][NH]={}; float lre=lr*(1-(AV?0.7f:0.85f)*e/max(1,EP-1));
    vector<int> use; for(int id:ord){ auto&s=Dt[id].src; float k=1; if(s=="qmsum") k=0.25; if(s=="toxspans") k=0.5; if(s=="tatoeba") k=0.6; if(r0.u()<k) use.push_back(id); }
    auto worker=[&](int th){ Rng r(100+1000*(seed-3)+e*2+th); unique_ptr<Dense> gm(new Dense); unique_ptr<Work> w(new Work); static thread_local float gx[MAXT][D]; memset(gm.get(),0,sizeof(Dense)); int bn=0; unordered_map<int,array<float,D>> ge,gc,gk;
      for(;;){ size_t q=nx++; if(q>=use.size()) break; Ex&x=Dt[use[q]]; vector<string> t=x.tok; augment(t,r); if(r.u()<0.10){ auto&b=Dt[ben[r.n(ben.size())]].tok; if(b.size()<14&&t.size()<30){ if(r.u()<.5) t.insert(t.begin(),b.begin(),b.end()); else t.insert(t.end(),b.begin(),b.end()); } }
        if(t.size()>40){ int k=r.n(t.size()-39); t=vector<string>(t.begin()+k,t.begin()+k+40); }
        auto tk=enc(delex(t,G)); if(tk.empty()) continue; bool grp=false; for(auto&k:tk) grp|=k.cat>=0; for(auto&k:tk){ if(k.cat<0&&r.u()<0.06) k.id=0; if(k.cat>=0&&r.u()<0.4) k.cat=-1; if(k.ch.size()&&r.u()<0.15) k.ch.clear(); }
        embed(tk,*w); float pm[P]; for(int k=0;k<P;k++) pm[k]=r.u()<0.25?0:1/0.75f; float xm[D]; 
        float em[D]; for(int i=0;i<D;i++) em[i]=r.u()<0.1?0:1/0.9f; for(int k=0;k<w->n;k++) for(int i=0;i<D;i++) w->x[k][i]*=em[i]; (void)xm;
        fwd(m,*w,pm); float gz[NH]; bool any=false; for(int h=0;h<NH;h++){ if(x.y[h]<0){ gz[h]=0; continue; } float y=x.y[h]?0.98f:0.01f; float p=sg(w->z[h]); gz[h]=(p-y)*x.w*((h==0&&!x.y[0]&&grp)?negw:1); LS[th][h]-=x.w*logf(max(1e-7f,x.y[h]?p:1-p)); CS[th][h]+=x.w; any=true; }
        if(!any) continue; bwd(m,*gm,*w,pm,gz,gx);
        for(int k=0;k<w->n;k++){ float g[D]; for(int i=0;i<D;i++) g[i]=gx[k][i]*em[i]; auto&a=ge[tk[k].id]; for(int i=0;i<D;i++) a[i]+=g[i]; if(tk[k].cat>=0){ auto&b=gk[tk[k].cat]; for(int i=0;i<D;i++) b[i]+=g[i]; } if(tk[k].ch.size()){ float s=1.f/tk[k].ch.size(); for(int cc:tk[k].ch){ auto&b=gc[cc]; for(int i=0;i<D;i++) b[i]+=s*g[i]; } } }
        if(++bn==16){ const float b1=0.9f,b2=0.999f; float inv=1.f/4; float*G_=(float*)gm.get(),*M=(float*)&m; float nrm=0; for(int i=0;i<ND;i++) nrm+=G_[i]*G_[i]; nrm=sqrtf(nrm)*inv; float cl=nrm>4?4/nrm:1;
          for(int i=0;i<ND;i++){ float g=G_[i]*inv*cl; dm[i]=b1*dm[i]+(1-b1)*g; dv[i]=b2*dv[i]+(1-b2)*g*g; M[i]-=lre*(dm[i]/(sqrtf(dv[i])+1e-6f)+1e-4f*M[i]); G_[i]=0; }
          auto app=[&](unordered_map<int,array<float,D>>&gg,vector<float>&W,vector<float>&mm,vector<float>&vv,float k){ for(auto&kv:gg){ size_t o=(size_t)kv.first*D; for(int i=0;i<D;i++){ float g=kv.second[i]*inv*cl; (void)mm; vv[o+i]=0.999f*vv[o+i]+0.02f*g*g; W[o+i]-=lre*k*g/(sqrtf(vv[o+i])+1e-4f); } } gg.clear(); };
          app(ge,E,Em,Ev,0.6f); app(gc,C,Cm,Cv,0.6f); app(gk,K,Km,Kv,0.6f); bn=0; } } };
    if(getenv("THREADS")&&atoi(getenv("THREADS"))==2){ thread a(worker,0),b(worker,1); a.join(); b.join(); } else worker(0);
    if(e>=EP-AV){ if(sE.empty()){ sm.assign(ND,0); sE.assign(E.size(),0); sC.assign(C.size(),0); sK.assign(K.size(),0); } float*M=(float*)&m; for(int i=0;i<ND;i++) sm[i]+=M[i]/AV; for(size_t i=0;i<E.size();i++) sE[i]+=E[i]/AV; for(size_t i=0;i<C.size();i++) sC[i]+=C[i]/AV; for(size_t i=0;i<K.size();i++) sK[i]+=K[i]/AV; }
    fprintf(stderr,"ep %d",e); for(int h=0;h<NH;h++) fprintf(stderr," %s %.4f",HN[h],(LS[0][h]+LS[1][h])/max(1.0,CS[0][h]+CS[1][h])); fprintf(stderr,"\n"); }
  if(AV>0){ memcpy(&m,sm.data(),4*ND); E=sE; C=sC; K=sK; }
  if(out!="-"){ FILE*o=fopen(out.c_str(),"wb"); int hd[6]={D,H,V,CB,NC,NH}; fwrite(hd,4,6,o); fwrite(&m,4,ND,o); fwrite(E.data(),4,E.size(),o); fwrite(C.data(),4,C.size(),o); fwrite(K.data(),4,K.size(),o); vector<string> ws(V); for(auto&kv:vid) ws[kv.second]=kv.first; for(auto&s:ws){ fwrite(s.c_str(),1,s.size()+1,o);} fclose(o); }
  unique_ptr<Work> w(new Work);
  for(int i=8;i<c;i++){ string p=v[i]; auto T=load(p); string nm=p.substr(p.find("eval_")+5); nm=nm.substr(0,nm.size()-4); FILE*o=fopen((string(getenv("SC")?getenv("SC"):"scores")+"_"+nm+".txt").c_str(),"w");
    for(auto&x:T){ float best[NH]; for(int h=0;h<NH;h++)best[h]=-99; int n=x.tok.size(); for(int s=0;;s+=16){ vector<string> t(x.tok.begin()+s,x.tok.begin()+min(n,s+32)); auto tk=enc(delex(t,G)); embed(tk,*w); fwd(m,*w,nullptr); for(int h=0;h<NH;h++) best[h]=max(best[h],w->z[h]); if(s+32>=n) break; }
      for(int h=0;h<NH;h++) fprintf(o,"%.4f%c",best[h],h<NH-1?'\t':'\n'); } fclose(o); }
}
